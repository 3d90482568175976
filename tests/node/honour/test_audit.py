"""An auditor with a key reads both communes' books over HTTP and checks them; a resident proves an entry of theirs."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, CookieJar
from click.testing import CliRunner, Result

from node.accounts import public as accounts
from node.cli import ygor
from node.core.ids import new_id
from node.core.node import Node
from node.core.unit import Unit
from node.honour import public as honour
from node.honour import settling, worker
from node.honour.models import HeadRow, StatementRow
from tests.fixtures.browser import Visitor
from tests.node.honour.communes import BY, Communes
from tests.node.honour.test_pages import administrator


async def traffic(communes: Communes) -> tuple[str, str]:
    """Three charges, a refund, a settled statement, one more charge, heads countersigned; answers the resident."""
    account, card = await communes.resident()
    for price in (2, 4, 6):
        paid = await communes.charge(card, price)
        await communes.outcome(paid)
    await communes.b.write(honour.refund_payment, new_id(), paid, 2)
    await communes.in_step()
    made = await communes.b.write(settling.cut, communes.a.host, "tokens", None, BY)
    await communes.until(lambda: communes.a.read(_waits, made))
    await communes.a.write(settling.countersign, made, BY)
    await communes.until(lambda: communes.b.read(_settled))
    await communes.outcome(await communes.charge(card, 2))
    await communes.in_step()
    for node in (communes.a, communes.b):
        await node.write(worker.acknowledge)
    for node in (communes.a, communes.b):
        await communes.until(lambda node=node: node.read(_acked))  # type: ignore[misc]  # binds the loop's value
    return account, card


def _waits(unit: Unit, statement_id: str) -> bool:
    return unit.session.get(StatementRow, statement_id) is not None


def _settled(unit: Unit) -> bool:
    return all(row.sums["settlements"] == 1 for row in unit.session.query(HeadRow))


def _acked(unit: Unit) -> bool:
    return all(row.ack is not None and row.ack["seq"] == row.seq for row in unit.session.query(HeadRow) if row.ours)


def _email(unit: Unit, account_id: str) -> str:
    found = accounts.account_summary(unit, account_id)
    assert found is not None
    return found.email


def _write(path: str, text: str) -> None:
    Path(path).write_text(text, "utf-8")


def _change(path: str, change: Callable[[Any], Any]) -> None:
    document = json.loads(Path(path).read_text("utf-8"))
    change(document)
    _write(path, json.dumps(document))


async def key_of(node: Node, other: Node) -> str:
    """The address that an administrator's page shows once."""
    async with administrator(node) as visitor:
        page = await visitor.get("/admin/controleurs")
        day = re.search(r'name="last_day"[^>]*value="([0-9-]{10})"|value="([0-9-]{10})"[^>]*name="last_day"', page.text)
        assert day is not None
        form = {"host": other.host, "purpose": "Chambre régionale des comptes", "last_day": day[1] or day[2]}
        shown = await visitor.post("/admin/controleurs", form, page="/admin/controleurs")
        found = re.search(r"<code>(http[^<]+#[^<]+)</code>", shown.text)
        assert found is not None, shown.text
        again = await visitor.get("/admin/controleurs")
        assert found[1] not in again.text
        assert "Chambre régionale des comptes" in again.text
        return found[1]


async def run(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, ygor, ["audit", *arguments])


async def test_an_auditor_checks_two_nodes_and_names_what_was_tampered_with(communes: Communes, tmp_path: Path) -> None:
    await traffic(communes)
    ours, theirs = await key_of(communes.a, communes.b), await key_of(communes.b, communes.a)
    said = await run(ours, theirs, "--keep", str(tmp_path))
    assert said.exit_code == 0, said.output
    assert "7 entries, 1 statements: in order" in said.output
    kept = [str(tmp_path / name) for name in ("books-a.json", "books-b.json")]
    assert (await run(*kept)).exit_code == 0
    netted = await asyncio.to_thread(CliRunner().invoke, ygor, ["net", *kept])
    assert netted.exit_code == 2
    assert "not one token for one" in netted.output
    _change(kept[0], lambda document: document["own"][1].update(amount=document["own"][1]["amount"] + 3))
    wrong = await run(*kept)
    assert wrong.exit_code == 1
    assert "entry 2 was changed" in wrong.output


async def test_books_open_for_who_has_the_key_and_as_long_as_it_lives(communes: Communes) -> None:
    address, _, key = (await key_of(communes.a, communes.b)).partition("#")
    port = communes.a.host.rpartition(":")[2]
    path = address.partition(communes.a.host)[2]
    headers = {"Host": communes.a.host}

    async def status(path: str, given: str) -> int:
        given_key = {"Authorization": f"Bearer {given}"}
        async with (
            ClientSession(f"http://127.0.0.1:{port}", headers=headers) as client,
            client.get(path, headers=given_key) as answer,
        ):
            return answer.status

    assert await status(path, key) == 200
    assert await status(f"{path}/mirror?from=1", key) == 200
    assert await status(path, key + "x") == 403
    assert await status(path, "") == 403
    assert await status("/ygor/honour/books/elsewhere.example", key) == 403
    communes.clock.forward(days=91)
    assert await status(path, key) == 403
    communes.clock.forward(days=-91)
    async with administrator(communes.a) as visitor:
        page = await visitor.get("/admin/controleurs")
        [close] = set(re.findall(r'action="(/admin/controleurs/[0-9A-Z]{26}/fermer)"', page.text))
        await visitor.post(close, page="/admin/controleurs")
    assert await status(path, key) == 403


async def test_a_resident_downloads_a_proof_that_anybody_can_check(communes: Communes, tmp_path: Path) -> None:
    account, _ = await traffic(communes)
    port = communes.a.host.rpartition(":")[2]
    async with ClientSession(
        f"http://127.0.0.1:{port}", headers={"Host": communes.a.host}, cookie_jar=CookieJar(unsafe=True)
    ) as client:
        visitor = Visitor(client, communes.a)
        await visitor.sign_in(await communes.a.read(_email, account))
        page = await visitor.get("/jetons/preuves")
        links = re.findall(r'href="(/jetons/preuves/[^"]+)"', page.text)
        assert len(links) == 4
        proof = str(tmp_path / "proof.json")
        _write(proof, (await visitor.get(links[0].replace("&amp;", "&"))).text)
    said = await run("--proof", proof)
    assert said.exit_code == 0, said.output
    assert "is under a head countersigned by" in said.output
    _change(proof, lambda document: document["path"].__setitem__(0, "0" * 64))
    assert (await run("--proof", proof)).exit_code == 1
    async with administrator(communes.a) as other:
        assert (await other.get(links[0].replace("&amp;", "&"))).status == 404
