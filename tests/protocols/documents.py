"""Well-formed documents to spoil, and strategies that spoil them."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from protocols.actors import Actor, Ed25519Key, RsaKey, rsa_public_pem
from protocols.missions import Mission, Place, Shift
from tests.protocols.keys import rsa_key

COMMUNE = "https://saint-avold.example/actor"
OTHER = "https://metz.example/actor"

ACTOR = Actor(
    id=COMMUNE,
    type="Organization",
    preferred_username="commune",
    inbox="https://saint-avold.example/inbox",
    outbox="https://saint-avold.example/outbox",
    followers="https://saint-avold.example/followers",
    shared_inbox="https://saint-avold.example/inbox",
    name="Ville de Saint-Avold",
    summary="<p>La vie citoyenne</p>",
    url="https://saint-avold.example/",
    icon="https://saint-avold.example/media/logo.png",
    rsa_keys=(RsaKey(COMMUNE + "#main-key", rsa_public_pem(rsa_key().public_key())),),
    proof_keys=(Ed25519Key(COMMUNE + "#ed25519-key", bytes(range(32))),),
    http_keys=(Ed25519Key(COMMUNE + "#http-ed25519-key", bytes(range(1, 33))),),
    implements=("https://datatracker.ietf.org/doc/html/rfc9421",),
    also_known_as=("https://old.example/actor",),
    node_kind="commune",
    official_code="57606",
)

MISSION = Mission(
    id="https://saint-avold.example/missions/1",
    attributed_to=COMMUNE,
    name="Nettoyage de la Rosselle",
    start=datetime(2026, 12, 5, 8, 0, tzinfo=UTC),
    end=datetime(2026, 12, 5, 11, 0, tzinfo=UTC),
    summary="Une matinée au bord de l’eau",
    content="<p>Gants fournis.</p>",
    url="https://saint-avold.example/missions/1",
    place=Place("Moulin", "1 rue du Moulin", "57500", "Saint-Avold", "France", 49.1, 6.7),
    capacity=20,
    published=datetime(2026, 11, 22, 20, 0, tzinfo=UTC),
    updated=datetime(2026, 11, 22, 21, 0, tzinfo=UTC),
    tokens=3,
    skills=("jardinage",),
    shifts=(
        Shift(datetime(2026, 12, 5, 8, 0, tzinfo=UTC), datetime(2026, 12, 5, 9, 30, tzinfo=UTC), 10, "Premier quart"),
        Shift(datetime(2026, 12, 5, 9, 30, tzinfo=UTC), datetime(2026, 12, 5, 11, 0, tzinfo=UTC)),
    ),
    organisation="Les Amis de la Rosselle",
)

noise = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([COMMUNE, OTHER, "https://", "Event", "Person", "2026-01-01T00:00:00Z", "as:Public"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "type", "href", "rel", "owner", "actor"]) | st.text(), inner, max_size=3
        )
    ),
    max_leaves=8,
)


def paths(document: Any, prefix: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a document: names and indices from the root."""
    if isinstance(document, dict):
        members = list(document.items())
    elif isinstance(document, list):
        members = list(enumerate(document))
    else:
        return [prefix] if prefix else []
    found = [prefix] if prefix else []
    for name, value in members:
        found += paths(value, (*prefix, name))
    return found


def put(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy with one place changed."""
    changed = copy.deepcopy(document)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def spoiled(document: Any) -> st.SearchStrategy[Any]:
    """The document with any one place replaced by anything."""
    return st.builds(lambda path, value: put(document, path, value), st.sampled_from(paths(document)), noise)


def without(document: Any, name: str) -> Any:
    """A copy without one property."""
    return {key: value for key, value in document.items() if key != name}
