"""The file of a draw (specs/gold.md §9.1): all that was signed, and the entries, in one JSON object."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from protocols import fields, multikey
from protocols.errors import RemoteProtocolError
from protocols.gold.entries import Entry, to_rows
from protocols.proofs import proofs_of, verify_proof
from protocols.types import Json, JsonObject

FORMAT: Final = "ygor-draw-file/1"
INSTANT_FORMAT: Final = "ygor-instant-file/1"
MOST_BYTES: Final = 32_000_000
MOST_KEYS: Final = 200
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that was found: a code, and what stands in the sentence for it."""

    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)


class DrawFault(Exception):
    """The first thing that is wrong with a draw. Codes: specs/gold.md §9.2."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.note = Note(code, params)


@dataclass(frozen=True, slots=True)
class File:
    """A file being read. `keys`: verification method → public key, as the file states them."""

    document: JsonObject
    keys: Mapping[str, bytes]

    def part(self, name: str) -> JsonObject:
        found = self.document.get(name)
        if not isinstance(found, dict):
            raise DrawFault("malformed", part=name)
        return found

    def parts(self, name: str, most: int) -> list[JsonObject]:
        try:
            return fields.children(self.document, name, max_items=most)
        except RemoteProtocolError as error:
            raise DrawFault("malformed", part=name) from error

    def signed(self, read: Callable[[JsonObject], T], document: JsonObject, actor: str, part: str) -> T:
        """Read what `actor` must have signed. Raises DrawFault `malformed` or `unsigned` with `part` and `actor`."""
        found = understood(read, document, part)
        try:
            for proof in proofs_of(document):
                method = str(proof.get("verificationMethod"))
                if method.partition("#")[0] == actor and method in self.keys:
                    verify_proof(document, public_key=self.keys[method], verification_method=method)
                    return found
        except RemoteProtocolError as error:
            raise DrawFault("unsigned", part=part, actor=actor) from error
        raise DrawFault("unsigned", part=part, actor=actor)


def understood(read: Callable[[JsonObject], T], document: JsonObject, part: str) -> T:
    """Raises DrawFault `malformed` with `part`."""
    try:
        return read(document)
    except (RemoteProtocolError, ValueError) as error:
        raise DrawFault("malformed", part=part) from error


def open_file(document: JsonObject, format_: str) -> File:
    """Raises DrawFault."""
    if document.get("format") != format_:
        raise DrawFault("not-a-draw")
    keys: dict[str, bytes] = {}
    for entry in File(document, {}).parts("keys", MOST_KEYS):
        try:
            keys[fields.text(entry, "id", max_length=2_000)] = multikey.decode(
                fields.text(entry, "publicKeyMultibase", max_length=100)
            )
        except RemoteProtocolError as error:
            raise DrawFault("malformed", part="keys") from error
    return File(document, keys)


def make_file(
    *,
    announcement: JsonObject,
    keys: Mapping[str, bytes],
    entries: Sequence[Entry],
    receipts: Sequence[JsonObject] = (),
    answers: Sequence[JsonObject] = (),
    late: Sequence[JsonObject] = (),
    result: JsonObject | None = None,
    passings: Sequence[JsonObject] = (),
) -> JsonObject:
    """All of a draw. `late`: answers that came when it had been held without them."""
    return {
        "format": FORMAT,
        "announcement": announcement,
        "keys": key_rows(keys),
        "entries": to_rows(entries),
        "receipts": list[Json](receipts),
        "answers": list[Json](answers),
        "late": list[Json](late),
        "result": result,
        "passings": list[Json](passings),
    }


def key_rows(keys: Mapping[str, bytes]) -> list[Json]:
    return [{"id": method, "publicKeyMultibase": multikey.encode(key)} for method, key in sorted(keys.items())]
