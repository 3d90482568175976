"""Allow and block lists: what a host may be called, who is parted with, and an allow-only mode over real HTTP."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from federation.host_rules import allowed
from federation.memory import MemoryHostRules
from federation.ports import HostRule
from node.core.errors import DomainError
from node.core.models import AuditEntry
from node.core.node import Node
from node.core.unit import Unit
from node.neighbours import outbox, rules
from node.neighbours.views import find_actor
from protocols.errors import RemoteProtocolError
from protocols.origins import origin
from tests.node.neighbours.communes import BY, deliver, follow, forged, peer_at, post, quiet

Pair = tuple[Node, Node]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Spam.Example ", "spam.example"),
        ("https://spam.example:8443/a?b", "spam.example"),
        ("spam.example.", "spam.example"),
        ("@maire@spam.example", "spam.example"),
        ("crédit.example", "xn--crdit-csa.example"),
        ("CRÉDIT.example", "xn--crdit-csa.example"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"),
    ],
)
def test_a_host_has_one_name_however_it_is_typed(typed: str, kept: str) -> None:
    assert rules.host_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "pas un domaine", "a..b", "0x7f.1", "x" * 260])
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(DomainError, match=r"neighbours\.host"):
        rules.host_name(typed)


async def test_no_spelling_leads_around_a_rule() -> None:
    lists = MemoryHostRules({"spam.example": HostRule.BLOCK, "xn--crdit-csa.example": HostRule.BLOCK})
    for url in (
        "https://SPAM.example/x", "https://spam.example:8443/", "https://a.b.spam.EXAMPLE/", "https://crédit.example/",
        "https://CRÉDIT.example/", "https://ｓｐａｍ.example/",
    ):  # fmt: skip
        assert not await allowed(origin(url).host, lists), url
    for url in ("https://spam.example./", "https://spam.example\\.x/", "https://u@spam.example/"):
        with pytest.raises(RemoteProtocolError):
            origin(url)
    assert await allowed("notspam.example", lists)


async def test_blocking_parts_and_tells_what_it_parts(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(castanet, ramonville)
    await follow(ramonville, castanet)
    ends = await castanet.write(rules.consequences, "localhost", "block")
    assert ends.peers == ("Ramonville",)
    assert await castanet.read(lambda unit: rules.is_wanted(unit, ramonville.host)), "asking changed nothing"
    assert await peer_at(castanet, ramonville) is not None
    await castanet.write(rules.set_rule, "localhost", "block", "Publicité", BY)
    assert await peer_at(castanet, ramonville) is None
    entry = await castanet.read(_audited)
    assert (entry.action, entry.subject, entry.details["reason"]) == ("neighbours.rule-set", "localhost", "Publicité")
    await post(castanet)
    assert (await castanet.read(outbox.backlog, ramonville.host)).pending == 0
    await castanet.write(rules.set_rule, "ramonville.localhost", "allow", "", BY)
    await follow(castanet, ramonville)


def _audited(unit: Unit) -> AuditEntry:
    found = unit.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
    unit.session.expunge(found)
    return found


async def test_with_allowed_hosts_only_nobody_else_gets_through(pair: Pair) -> None:
    castanet, ramonville = pair
    await follow(ramonville, castanet)
    ends = await castanet.write(rules.consequences_of_list)
    assert ends.peers == ("Ramonville",)
    assert await castanet.read(lambda unit: rules.is_wanted(unit, ramonville.host)), "asking changed nothing"
    await castanet.write(rules.set_only_listed, True, BY)
    assert await peer_at(castanet, ramonville) is None
    said = forged(ramonville, "Announce", "1", object=f"{castanet.base_url}/x")
    assert (await deliver(said, ramonville, castanet)).status == 403
    with pytest.raises(DomainError, match="blocked"):
        await find_actor(castanet, ramonville.base_url)
    await castanet.write(rules.set_rule, "ramonville.localhost", "allow", "", BY)
    assert (await deliver(said, ramonville, castanet)).status == 202
    await follow(castanet, ramonville)
    ends = await castanet.write(rules.consequences, "ramonville.localhost", None)
    assert ends.peers == ("Ramonville",), "taking the rule away parts too"
    await quiet(castanet)
    await castanet.write(rules.set_only_listed, False, BY)
    assert await peer_at(castanet, ramonville) is not None
