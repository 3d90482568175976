"""A whole draw done again from its file (specs/gold.md §9), stopping at the first thing that is wrong.

Neither account nor network is needed. Whether a key in the file is its actor's is the one thing that the file cannot
say: the actor's own document does, and whoever doubts compares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from protocols import multikey
from protocols.errors import RemoteProtocolError
from protocols.gold import objects
from protocols.gold.drawing import Walk, seed_of
from protocols.gold.entries import MOST_ENTRIES, Entry, read_row, root_of
from protocols.gold.filing import FORMAT, DrawFault, File, Note, open_file, understood
from protocols.gold.objects import Announcement, Answer, Passing, Result
from protocols.gold.vrf import output
from protocols.timestamps import rfc3339
from protocols.types import JsonObject

MOST_PASSINGS = 10_000


@dataclass(frozen=True, slots=True)
class Winner:
    """Who has one thing to win, after all prizes that were passed on. `reference` None: nobody was left."""

    unit: int
    prize: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with nothing wrong: what was checked, what everybody should know (`remarks`), who won.

    `keys`: (key id, its text), to be compared with the actors' own documents.
    """

    announcement: Announcement
    done: tuple[Note, ...]
    remarks: tuple[Note, ...]
    winners: tuple[Winner, ...]
    keys: tuple[tuple[str, str], ...]


def check_draw(document: JsonObject) -> Checked:
    """Do a draw again. Raises DrawFault."""
    file = open_file(document, FORMAT)
    offered = file.part("announcement")
    announcement = understood(objects.read_announcement, offered, "announcement")
    file.signed(objects.read_announcement, offered, announcement.drawer.actor, "announcement")
    alpha = objects.alpha_of(offered)
    entries = _entries(file, announcement)
    done = [
        Note("announcement-signed", {"drawer": announcement.drawer.name}),
        Note("entries-match", {"count": len(entries)}),
    ]
    remarks = _receipts(file, announcement, alpha)
    winners: tuple[Winner, ...] = ()
    if file.document.get("result") is None:
        remarks.append(Note("not-drawn", {"at": rfc3339(announcement.drawn_at)}))
    else:
        winners = _held(file, announcement, alpha, entries, done, remarks)
    keys = tuple((method, multikey.encode(key)) for method, key in sorted(file.keys.items()))
    return Checked(announcement, tuple(done), tuple(remarks), winners, keys)


def _entries(file: File, announcement: Announcement) -> list[Entry]:
    """The list is the announced one, in order, nobody twice, nobody over the cap (§3)."""
    rows = file.document.get("entries")
    if not isinstance(rows, list) or len(rows) > MOST_ENTRIES:
        raise DrawFault("malformed", part="entries")
    if len(rows) != announcement.count:
        raise DrawFault("wrong-count", count=announcement.count, found=len(rows))
    entries: list[Entry] = []
    holders: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        try:
            entry, leaf = read_row(row)
        except RemoteProtocolError as error:
            raise DrawFault("malformed", part=f"entries {number}") from error
        if entry.leaf != leaf:
            raise DrawFault("entry-changed", number=number, entry=entry.reference)
        if entries and entry.reference <= entries[-1].reference:
            raise DrawFault("entry-order", number=number, entry=entry.reference)
        holders[entry.holder] += 1
        if holders[entry.holder] > announcement.cap:
            raise DrawFault("over-cap", number=number, entry=entry.reference, cap=announcement.cap)
        entries.append(entry)
    if root_of(entries) != announcement.root:
        raise DrawFault("wrong-root")
    return entries


def _receipts(file: File, announcement: Announcement, alpha: bytes) -> list[Note]:
    """Which witnesses had the announcement before the draw (§4.2)."""
    seen = set()
    for document in file.parts("receipts", objects.MOST_PARTIES):
        one = understood(objects.read_receipt, document, "receipts")
        _about(announcement, alpha, one.draw, one.alpha, one.party, "receipts")
        file.signed(objects.read_receipt, document, one.party, "receipts")
        if one.received < announcement.drawn_at:
            seen.add(one.party)
    return [Note("no-receipt", {"party": party.name}) for party in announcement.parties[1:] if party.actor not in seen]


def _answers(file: File, part: str, announcement: Announcement, alpha: bytes) -> dict[str, tuple[Answer, bytes]]:
    """Party → its answer and the output that it proves (§4.3)."""
    found: dict[str, tuple[Answer, bytes]] = {}
    for document in file.parts(part, objects.MOST_PARTIES):
        one = understood(objects.read_answer, document, part)
        party = _about(announcement, alpha, one.draw, one.alpha, one.party, part)
        file.signed(objects.read_answer, document, one.party, part)
        try:
            found[one.party] = one, output(party.key, alpha, one.proof)
        except RemoteProtocolError as error:
            raise DrawFault("wrong-proof", party=party.name) from error
    return found


def _about(announcement: Announcement, alpha: bytes, draw: str, said: str, actor: str, part: str) -> objects.Party:
    party = announcement.party(actor)
    if party is None or draw != announcement.id or said != alpha.hex():
        raise DrawFault("another-draw", part=part)
    return party


def _held(
    file: File, announcement: Announcement, alpha: bytes, entries: Sequence[Entry], done: list[Note],
    remarks: list[Note],
) -> tuple[Winner, ...]:  # fmt: skip
    document = file.part("result")
    result = file.signed(objects.read_result, document, announcement.drawer.actor, "result")
    if (result.draw, result.alpha) != (announcement.id, alpha.hex()):
        raise DrawFault("another-draw", part="result")
    if result.drawn < announcement.drawn_at:
        raise DrawFault("too-early", at=rfc3339(announcement.drawn_at))
    remarks += _outputs(file, announcement, alpha, result)
    done.append(Note("answers-proved", {"count": sum(one is not None for one in result.outputs)}))
    walk, held = _drawn(announcement, alpha, result, entries)
    done.append(Note("winners-match", {"count": sum(one is not None for one in held)}))
    passed = _passings(file, announcement, alpha, walk, held)
    if passed:
        done.append(Note("passings-match", {"count": passed}))
    remarks += [Note("struck", {"entry": one}) for one in result.struck if one not in walk.passed]
    remarks += [Note("struck-drawn", {"entry": one}) for one in walk.passed]
    prizes = announcement.prizes
    return tuple(
        Winner(unit, prizes[place].name, reference)
        for unit, (place, reference) in enumerate(zip(announcement.units, held, strict=True))
    )


def _outputs(file: File, announcement: Announcement, alpha: bytes, result: Result) -> list[Note]:
    """Each output of the result is the one its party proved; a missing one is said in public (§6)."""
    answers = _answers(file, "answers", announcement, alpha)
    late = _answers(file, "late", announcement, alpha)
    if len(result.outputs) != len(announcement.parties):
        raise DrawFault("malformed", part="result")
    remarks = []
    for party, said in zip(announcement.parties, result.outputs, strict=True):
        answer = answers.get(party.actor)
        if said is None and answer is not None:
            raise DrawFault("answer-dropped", party=party.name)
        if said is not None and (answer is None or answer[1] != said):
            raise DrawFault("wrong-output", party=party.name)
        if said is not None:
            continue
        if result.drawn < announcement.answers_until:
            raise DrawFault("not-waited", party=party.name, until=rfc3339(announcement.answers_until))
        if party.actor in late:
            remarks.append(Note("late", {"party": party.name, "made": rfc3339(late[party.actor][0].made)}))
        else:
            remarks.append(Note("withheld", {"party": party.name}))
    return remarks


def _drawn(
    announcement: Announcement, alpha: bytes, result: Result, entries: Sequence[Entry]
) -> tuple[Walk, list[str | None]]:
    """The seed and the winners come out the same (§5)."""
    if seed_of(alpha, result.outputs) != result.seed:
        raise DrawFault("wrong-seed")
    known = {entry.reference for entry in entries}
    for reference in result.struck:
        if reference not in known:
            raise DrawFault("struck-unknown", entry=reference)
    if len(result.winners) != len(announcement.units):
        raise DrawFault("malformed", part="result")
    walk = Walk(result.seed, entries, result.struck)
    held: list[str | None] = []
    for place, said in zip(announcement.units, result.winners, strict=True):
        entry = walk.next()
        expected = entry.reference if entry else None
        if said != expected:
            raise DrawFault(
                "wrong-winner", prize=announcement.prizes[place].name, entry=said or "–", expected=expected or "–"
            )
        held.append(expected)
    return walk, held


def _passings(file: File, announcement: Announcement, alpha: bytes, walk: Walk, held: list[str | None]) -> int:
    """Each prize that was passed on went to the next in the order (§7)."""
    documents = file.parts("passings", MOST_PASSINGS)
    for number, document in enumerate(documents, 1):
        one: Passing = file.signed(objects.read_passing, document, announcement.drawer.actor, "passings")
        if (one.draw, one.alpha) != (announcement.id, alpha.hex()):
            raise DrawFault("another-draw", part="passings")
        following = walk.next()
        expected = following.reference if following else None
        right = one.number == number and one.unit < len(held) and held[one.unit] == one.source
        if not right or one.to != expected:
            raise DrawFault("wrong-passing", number=number, entry=one.to or "–", expected=expected or "–")
        held[one.unit] = expected
    return len(documents)
