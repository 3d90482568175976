"""The tables of specs/honour-objects.md §4, in words, made from the tables that read and write."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.honour import shapes, wire
from protocols.honour.consent import CONSENT, HOLDER, PASS
from protocols.honour.log import ENTRY, HEAD
from protocols.honour.published import BOOKS, INCLUSION, PAGE
from protocols.honour.shapes import Codec, Either, Key, OneOf, Several, Shape, Text, Whole
from protocols.honour.terms import TERMS

ENVELOPE = frozenset({"terms", "from", "to", "created", "payment"})
NAMED: tuple[tuple[Codec, str], ...] = (
    (shapes.IDENTIFIER, "id"),
    (shapes.HASH, "hash"),
    (shapes.SLUG, "slug"),
    (shapes.ACTOR, "address"),
    (shapes.LOG, "log"),
    (shapes.MOMENT, "instant"),
    (shapes.DAY, "day"),
    (shapes.FLAG, "boolean"),
    (ENTRY, "*Entry*"),
    (HEAD, "*Head*"),
    (CONSENT, "*consent*: *card* or *pass*"),
)


def field_tables() -> str:
    """Markdown: one table for each object, named as the prose names it."""
    parts = TERMS.keys
    objects: list[tuple[str, Shape]] = [
        ("Terms", TERMS),
        ("Party (`a`, `b`)", _shape(parts["a"])),
        ("Way (`aAtB`, `bAtA`)", _shape(parts["aAtB"])),
        ("Pass", PASS),
        *((f"Consent, {kind}", shape) for kind, shape in CONSENT.shapes.items()),
        ("Entry", ENTRY),
        ("Sums", _shape(ENTRY.keys["sums"])),
        ("Head", HEAD),
        ("Books", BOOKS),
        ("BooksPage", PAGE),
        ("Inclusion", INCLUSION),
        ("Cut", _shape(wire.SHAPES["ygor:Statement"].keys["aAtB"])),
    ]
    messages = [(kind.removeprefix("ygor:"), shape) for kind, shape in wire.SHAPES.items()]
    text = "\n".join(line for name, shape in objects for line in _table(name, shape, frozenset()))
    return text + "\n" + "\n".join(line for name, shape in messages for line in _table(name, shape, ENVELOPE))


def _shape(key: Key) -> Shape:
    assert isinstance(key.codec, Shape)
    return key.codec


def _table(name: str, shape: Shape, without: frozenset[str]) -> Iterator[str]:
    rows = [(field, key) for field, key in shape.keys.items() if field not in without]
    fixed = [] if without else list(shape.fixed.items())
    if not rows and not fixed:
        yield f"**{name}** has no further fields.\n"
        return
    yield f"**{name}**\n"
    yield "| field | type | |\n|---|---|---|"
    for field, value in fixed:
        yield f"| `{field}` | `{value}` | required |"
    for field, key in rows:
        yield f"| `{field}` | {_words(key.codec)} | {'optional' if key.optional else 'required'} |"
    yield ""


def _words(codec: Codec) -> str:
    for known, word in NAMED:
        if codec is known:
            return word
    match codec:
        case OneOf():
            return ", ".join(f"`{word}`" for word in codec.words)
        case Whole():
            return f"whole, {_number(codec.least)}…{_number(codec.most)}"
        case Several():
            return f"list of {codec.least}…{codec.most}: {_words(codec.item)}"
        case Text():
            return f"text of 1…{codec.longest}{_manner(codec)}"
        case Shape():
            return f"*{codec.make.__name__}*"
        case Either():
            return " or ".join(codec.shapes)
        case shapes.Verbatim():
            return "object, carried as it is"
        case _:
            return "*Pass* with `proof`, carried as it is"


def _manner(text: Text) -> str:
    if text is HOLDER:
        return ", `did:key:z6Mk…`"
    if text.pattern.startswith("[0-9a-f]"):
        return ", hexadecimal"
    return " without control characters" if text.pattern == Text(1).pattern else ", slug or `*`"


def _number(value: int) -> str:
    return {shapes.MOST_WHOLE: "2^53 − 1", -shapes.MOST_WHOLE: "−(2^53 − 1)"}.get(value, f"{value:,}")
