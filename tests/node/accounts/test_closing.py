"""Closing an account: nothing personal stays, tokens go back, what was signed can still be verified."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from nacl.signing import VerifyKey
from sqlalchemy import select

from node.accounts import public as accounts
from node.accounts.models import Account, ResidentKey
from node.cards import public as cards
from node.core.database import Base
from node.core.errors import Conflict, DomainError
from node.core.models import MailMessage
from node.core.node import Node
from node.core.registry import installed
from node.core.unit import Unit
from node.ledger import public as ledger
from protocols import multikey
from tests.fixtures.clients import site_of
from tests.fixtures.town import available, settle

only_sqlite = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)


async def test_a_person_closes_their_account(node: Node) -> None:
    town = await node.write(settle)
    signature = await node.read(accounts.sign_as, town.leila, b"I was there")
    async with site_of(node) as site:
        leila = await site.signed_in(town.leila)
        kind, body = await leila.download("/moi/compte/donnees.zip")
        assert kind == "application/zip"
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            taken = {name: json.loads(archive.read(name)) for name in archive.namelist()}
        assert taken["accounts.json"]["email"] == "leila@castanet.example"
        assert taken["ledger.json"]["lots"][0]["amount"] == 10
        assert {"missions.json", "events.json", "sharing.json", "profile.json", "desk.json", "honour.json"} <= set(
            taken
        )
        page = await leila.get("/moi/compte/fermer")
        assert "C'est définitif" in page.text
        unsure = await leila.post("/moi/compte/fermer", {}, page="/moi/compte/fermer")
        assert unsure.status == 422
        assert await node.read(available, town.leila) == 10
        gone = await leila.post("/moi/compte/fermer", {"sure": "on"}, page="/moi/compte/fermer")
        assert gone.path == "/"
        assert (await leila.get("/moi/compte")).path.startswith("/connexion")
    row = await node.read(lambda unit: unit.session.get(Account, town.leila))
    assert row is not None
    assert (row.state, row.email, row.given_name, row.family_name, row.search_text) == ("closed", None, "", "", "")
    assert await node.read(accounts.names, [town.leila]) == {}
    with pytest.raises(DomainError) as dead:
        await node.read(cards.holder_of_code, town.code)
    assert dead.value.key == "cards.lost"
    supply = await node.read(ledger.supply)
    assert (supply.treasury, supply.expired) == (1000, 10)
    assert await node.read(ledger.verify) == []
    key = await node.read(
        lambda unit: unit.session.execute(select(ResidentKey).where(ResidentKey.account_id == town.leila)).scalar_one()
    )
    assert key.sealed_seed is None
    VerifyKey(multikey.decode(key.public_key)).verify(b"I was there", signature)
    told = await node.read(lambda unit: unit.session.execute(select(MailMessage.recipient, MailMessage.subject)).all())
    assert ("leila@castanet.example", "Votre compte est fermé – Castanet-Tolosan") in [tuple(row) for row in told]


@only_sqlite
async def test_what_comes_back_to_a_closed_account_goes_on_to_the_commune(node: Node) -> None:
    town = await node.write(settle)

    def spend(unit: Unit) -> None:
        ledger.spend(unit, "pay", ledger.open_wallet(unit, town.leila), 4, memo={})

    await node.write(spend)
    await node.write(accounts.close, town.leila, town.leila, accounts.erasers(node.runtime.registry))
    await node.write(lambda unit: ledger.refund(unit, "back", "pay", 4))
    assert (await node.read(ledger.supply)).treasury == 1000
    assert await node.read(ledger.verify) == []


@only_sqlite
async def test_the_last_administrator_stays(node: Node) -> None:
    town = await node.write(settle)
    with pytest.raises(Conflict) as refused:
        await node.write(
            accounts.close, town.administrator, town.administrator, accounts.erasers(node.runtime.registry)
        )
    assert refused.value.key == "accounts.last-administrator"
    assert (await node.read(accounts.account_summary, town.administrator)).state == "active"  # type: ignore[union-attr]  # there


def test_every_part_that_knows_a_person_exports_and_erases() -> None:
    installed().import_models()
    personal = set()
    for mapper in Base.registry.mappers:
        columns = {column.name for column in mapper.local_table.columns}
        if columns & {"account_id", "owner_id", "guardian_id"} and mapper.class_.__module__.startswith("node."):
            personal.add(mapper.class_.__module__.rpartition(".")[0])
    without = {"node.ledger"}  # its accounts bear no person's column of these names, but it has hooks too
    for part in installed().parts:
        if part.package in personal | without:
            assert part.module.gdpr, f"{part.name} keeps something of people"
            hooks = part.load(part.module.gdpr)
            assert callable(hooks.export), part.name
            assert callable(hooks.erase), part.name
    assert len(personal) > 8
