"""A drawer and its witnesses over real HTTP: who answers, who withholds, who is late, who is lied to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from node.core.keyring import fresh_set, with_leaked
from node.core.node import Node
from node.core.unit import Unit
from node.modules.gold import filing, holding, outgoing, signing, witnessing
from node.modules.gold.models import Draw, DrawParty
from protocols.gold.checking import check_draw
from protocols.gold.objects import alpha_of
from protocols.types import JsonObject
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.fixtures.serving import until
from tests.modules.gold.people import announced
from tests.node.neighbours.communes import follow, outcomes, quiet

Three = tuple[Node, Node, Node]


async def announce(three: Three) -> str:
    """Castanet announces a draw that its two neighbours witness, and both hold it."""
    drawer, *witnesses = three
    for witness in witnesses:
        await follow(drawer, witness)
        await follow(witness, drawer)
    actors = await drawer.read(lambda unit: tuple(known.actor_id for known, _ in signing.possible_witnesses(unit)))
    draw_id = await drawer.write(announced, witnesses=actors)
    await until(lambda: drawer.read(has, draw_id, "receipt", 2))
    return draw_id


def has(unit: Unit, draw_id: str, what: str, count: int) -> bool:
    rows = unit.session.scalars(select(DrawParty).where(DrawParty.draw_id == draw_id, DrawParty.position > 0)).all()
    return sum(getattr(row, what) is not None for row in rows) == count


async def answer(three: Three, draw_id: str, *answering: Node) -> None:
    drawer = three[0]
    for node in answering:
        assert await node.write(witnessing.answer_due) == 1
    await until(lambda: drawer.read(has, draw_id, "answer", len(answering)))


def ask_again(unit: Unit, draw_id: str) -> None:
    row = unit.session.get_one(Draw, draw_id)
    outgoing.ask_witnesses(unit, row, row.witnesses)


async def test_all_witnesses_answer_when_the_time_has_come(three: Three, clock: TestClock) -> None:
    drawer, *witnesses = three
    draw_id = await announce(three)
    for node in witnesses:
        assert await node.write(witnessing.answer_due) == 0, "nobody answers before the time of the draw"
    clock.forward(days=2)
    await answer(three, draw_id, *witnesses)
    assert await drawer.write(holding.hold_due) == 1
    checked = check_draw(await drawer.read(filing.file_of, draw_id))
    assert checked.remarks == ()
    assert [note.params["count"] for note in checked.done if note.code == "answers-proved"] == [3]
    async with site_of(witnesses[0]) as site:
        page = await (await site.visitor()).get("/tirages/temoins")
        assert "nous avons répondu" in page.text


async def test_a_withheld_answer_is_waited_for_and_then_public(three: Three, clock: TestClock) -> None:
    drawer, ramonville, _silent = three
    draw_id = await announce(three)
    clock.forward(days=2)
    await answer(three, draw_id, ramonville)
    assert await drawer.write(holding.hold_due) == 0, "the deadline for answers has not passed"
    clock.forward(hours=25)
    assert await drawer.write(holding.hold_due) == 1
    [remark] = check_draw(await drawer.read(filing.file_of, draw_id)).remarks
    assert (remark.code, remark.params["party"]) == ("withheld", "Auzeville")
    async with site_of(drawer) as site:
        stranger = await site.visitor()
        assert "n'a pas répondu" in (await stranger.get(f"/tirages/{draw_id}")).text
        assert "Une réponse manque" in (await stranger.get("/tirages")).text


async def test_an_answer_that_comes_late_is_shown_and_changes_nothing(three: Three, clock: TestClock) -> None:
    drawer, ramonville, auzeville = three
    draw_id = await announce(three)
    clock.forward(days=2)
    await answer(three, draw_id, ramonville)
    clock.forward(hours=25)
    await drawer.write(holding.hold_due)
    before = (await drawer.read(filing.file_of, draw_id))["result"]
    await auzeville.write(witnessing.answer_due)
    await until(lambda: drawer.read(has, draw_id, "answer", 2))
    document = await drawer.read(filing.file_of, draw_id)
    assert document["result"] == before
    [remark] = check_draw(document).remarks
    assert (remark.code, remark.params["party"]) == ("late", "Auzeville")


async def test_asked_again_a_witness_says_the_same(three: Three, clock: TestClock) -> None:
    drawer, ramonville, auzeville = three
    draw_id = await announce(three)
    clock.forward(days=2)
    await answer(three, draw_id, ramonville)
    first = await ramonville.read(lambda unit: witnessing.listing(unit)[0].answer)
    await drawer.write(holding.hold_due)  # asks whoever has not answered once more
    await drawer.write(ask_again, draw_id)
    await quiet(drawer, ramonville, auzeville)
    assert await ramonville.read(lambda unit: witnessing.listing(unit)[0].answer) == first
    assert ("Offer", "known") in await outcomes(ramonville)
    assert len(await ramonville.read(witnessing.listing)) == 1


async def test_a_second_announcement_of_one_draw_is_kept_as_evidence(three: Three, clock: TestClock) -> None:
    """The drawer did not like what it would get, or prepares a second list: its witnesses answer the first alone."""
    drawer, ramonville, _ = three
    draw_id = await announce(three)

    def lie(unit: Unit) -> None:
        row = unit.session.get_one(Draw, draw_id)
        bare = {name: value for name, value in row.announcement.items() if name != "proof"}
        row.announcement = signing.signed(unit, {**bare, "name": "Encore"})
        row.alpha = alpha_of(row.announcement).hex()
        outgoing.ask_witnesses(unit, row, row.witnesses)

    await drawer.write(lie)
    await quiet(drawer)
    held = (await ramonville.read(witnessing.listing))[0]
    assert held.document["name"] == "Tirage de l’hiver"
    assert held.conflict["name"] == "Encore"
    async with site_of(ramonville) as site:
        assert "deux annonces différentes" in (await (await site.visitor()).get("/tirages/temoins")).text


Lie = dict[str, Any]
WRONG: dict[str, Lie] = {
    "its time is past": {
        "actionsUntil": "2026-11-22T08:59:00Z", "announced": "2026-11-22T09:00:00Z", "drawnAt": "2026-11-22T10:00:00Z",
        "number": 9, "previous": "0" * 64, "id": "ID3",
    },
    "a cap of none": {"cap": 0},
    "after another one": {"id": "ID2", "number": 2, "previous": "0" * 64},
    "at another node": {"id": "https://elsewhere.example/tirages/1", "number": 7, "previous": "0" * 64},
}  # fmt: skip


async def test_announcements_that_no_witness_takes(three: Three) -> None:
    drawer, ramonville, auzeville = three
    draw_id = await announce(three)

    def lie(unit: Unit, changes: Lie) -> None:
        row = unit.session.get_one(Draw, draw_id)
        document: JsonObject = {key: value for key, value in row.announcement.items() if key != "proof"} | changes
        if str(document["id"]).startswith("ID"):
            document["id"] = row.uri + str(document["id"])
        kept = row.announcement
        row.announcement = signing.signed(unit, document)
        outgoing.ask_witnesses(unit, row, row.witnesses)
        unit.session.flush()
        row.announcement = kept

    for changes in WRONG.values():
        await drawer.write(lie, changes)
    await quiet(drawer)
    found = [outcome for kind, outcome in await outcomes(ramonville) if kind == "Offer" and "refused" in outcome]
    assert len(found) == len(WRONG)
    assert [row.conflict for row in await ramonville.read(witnessing.listing)] == [None]
    assert await auzeville.write(witnessing.answer_due) == 0


async def test_a_witness_whose_keys_leaked_answers_no_more(three: Three, clock: TestClock) -> None:
    drawer, ramonville, auzeville = three
    draw_id = await announce(three)
    secret = auzeville.keyring.secret
    auzeville.key_folder.change(lambda ring: with_leaked(ring, fresh_set(secret), clock.now))
    clock.forward(days=2)
    assert await auzeville.write(witnessing.answer_due) == 0
    await answer(three, draw_id, ramonville)
    clock.forward(hours=25)
    await drawer.write(holding.hold_due)
    assert [note.code for note in check_draw(await drawer.read(filing.file_of, draw_id)).remarks] == ["withheld"]
