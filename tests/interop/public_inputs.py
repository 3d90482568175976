"""The public examples of what fediverse servers send: `fediverse-pasture-inputs` and `funfedi-parsing-test-cases`.

Their packages ask for a whole ActivityPub server with older versions of our libraries, and use one function and one
class of it, which are not needed for the examples themselves: two written stand-ins take their place, and the packages
are installed alone (requirements/inputs.in).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from protocols.types import JsonObject

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"


def pasture(base_url: str, actor: str) -> Iterator[tuple[str, JsonObject]]:
    """(name, Create) of every example of `fediverse-pasture-inputs`: each adds to an ordinary Note."""
    _stand_in("fediverse_pasture.runner.entry", Entry=object)
    from fediverse_pasture_inputs import available

    for group, data in sorted(available.items()):
        for number, example in enumerate(data.examples):
            name = f"{group}/{number}"
            note = {
                "id": f"{base_url}/pasture/{name}",
                "type": "Note",
                "attributedTo": actor,
                "to": [PUBLIC],
                "published": _now(),
                **example,
            }
            yield name, _bare(_create(f"{base_url}/pasture/activities/{name}", actor, note))


def funfedi(profile: JsonObject, receiver: str, suites: tuple[str, ...]) -> Iterator[tuple[str, JsonObject]]:
    """(name, activity) of every case of some suites ("activity", "event", "notes", "poll") of the parsing tests."""
    _stand_in("bovine.utils", now_isoformat=_now)
    import funfedi_parsing_test_cases as cases

    environment = cases.Environment(profile, receiver)
    for suite in suites:
        found = getattr(cases, f"{suite}_suite")
        for group, name in found.names:
            activity, _ = found.retrieve(group, name).maker.activity_and_object(environment)
            yield f"{suite}/{group}/{name}", json.loads(json.dumps(activity))


def with_real_times(activity: JsonObject) -> JsonObject:
    """The same with the moments of its events in RFC 3339: as published they carry both `+00:00` and `Z`."""
    read: JsonObject = json.loads(json.dumps(activity).replace('+00:00Z"', 'Z"'))
    return read


def _create(activity_id: str, actor: str, note: dict[str, Any]) -> JsonObject:
    context = note.pop("@context", "https://www.w3.org/ns/activitystreams")
    return {
        "@context": context,
        "id": activity_id,
        "type": "Create",
        "actor": actor,
        "to": [PUBLIC],
        "published": _now(),
        "object": note,
    }


def _bare(document: Any) -> Any:
    """Without members that are None: that is how the examples leave one out."""
    if isinstance(document, dict):
        return {name: _bare(value) for name, value in document.items() if value is not None}
    return [_bare(item) for item in document] if isinstance(document, list) else document


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _stand_in(name: str, **members: Any) -> None:
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        sys.modules.setdefault(".".join(parts[:length]), ModuleType(".".join(parts[:length])))
    vars(sys.modules[name]).update(members)
