"""Settings, modules and the log, as an administrator meets them in the browser."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from node.core.config import ConfigError
from node.core.config_edit import change_section
from node.core.models import AuditEntry, Setting
from node.core.node import Node
from node.core.unit import Unit
from node.ledger.settings import Settings as LedgerSettings
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import NodeFactory
from tests.fixtures.town import settle

LEDGER = "/admin/reglages/ledger"
USUAL = {"validity_months": "6", "grace_days": "7", "hold_minutes": "15", "booking_hold_hours": "72"}


def months(unit: Unit) -> int:
    return unit.settings("ledger", LedgerSettings).validity_months


def rows(unit: Unit) -> list[tuple[str, str]]:
    return [(row.part, row.key) for row in unit.session.query(Setting)]


async def test_a_setting_is_changed_used_noted_and_put_back(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        page = await claire.get(LEDGER)
        assert "Validité des jetons (mois)" in page.text
        assert "D’habitude : 6" in page.text.replace("'", "’")
        await claire.post(LEDGER, {**USUAL, "validity_months": "9"}, page=LEDGER)
        assert await node.read(months) == 9
        assert 'value="9"' in (await claire.get(LEDGER)).text
        log = await claire.get("/admin/journal?part=administration")
        assert "Réglage changé" in log.text
        assert "validity_months : 6 → 9" in log.text
        await claire.post(LEDGER, USUAL, page=LEDGER)
        assert (await node.read(months), await node.read(rows)) == (6, [])


async def test_a_value_out_of_bounds_is_refused_beside_its_field(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        for wrong in ("0", "61", "six", ""):
            page = await claire.post(LEDGER, {**USUAL, "validity_months": wrong}, page=LEDGER)
            if wrong:
                assert page.status == 422
                assert 'id="e-validity_months"' in page.text
                assert f'value="{wrong}"' in page.text, "what was typed is not lost"
        assert await node.read(months) == 6
        assert (await claire.get("/admin/reglages/nothing")).status == 404
        assert (await claire.get("/admin/reglages/home")).status == 404, "a module without settings"


async def test_only_administrators_come_in(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        for who in (town.leila, town.agent, town.elected):
            visitor = await site.signed_in(who)
            for path in ("/admin/reglages", LEDGER, "/admin/journal"):
                assert (await visitor.get(path)).status == 403
            assert (await visitor.post(LEDGER, {**USUAL, "validity_months": "9"}, page="/moi/compte")).status == 403
        assert await node.read(months) == 6


async def test_a_module_is_switched_off_and_on_again_and_survives_a_restart(
    node: Node, node_factory: NodeFactory
) -> None:
    town = await node.write(settle)
    everything = sorted(node.facts.modules)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        assert (await claire.get("/recompenses")).status == 200
        fewer = [name for name in everything if name != "rewards"]
        await claire.post("/admin/reglages/modules", {"modules": fewer}, page="/admin/reglages")
        assert (await claire.get("/recompenses")).status == 404
        assert "/recompenses" not in (await claire.get("/")).text
        again = node_factory.open(node.folder)
        assert "rewards" not in again.facts.modules
        await claire.post("/admin/reglages/modules", {"modules": everything}, page="/admin/reglages")
        assert "Entrée adulte" in (await claire.get("/recompenses")).text, "what it held is there"
        assert "Modules changés" in (await claire.get("/admin/journal")).text


async def test_the_entrance_stays_and_what_does_not_exist_is_passed_over(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        await claire.post("/admin/reglages/modules", {"modules": ["wallet", "nothing"]}, page="/admin/reglages")
        assert node.facts.modules == {"home", "wallet"}
        for path, status in (("/", 200), ("/carte", 200), ("/agir", 404), ("/moi", 404), ("/recompenses", 404)):
            assert (await claire.get(path)).status == status, path


async def test_words_and_colour_of_the_commune(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        typed = {"tagline": "Ensemble <b>ici</b>", "accent": "#7a1f5c", "contact": "mairie@castanet.example"}
        await claire.post("/admin/reglages/commune", typed, page="/admin/reglages")
        stranger = await site.visitor()
        assert "Ensemble &lt;b&gt;ici&lt;/b&gt;" in (await stranger.get("/")).text
        assert "mairie@castanet.example" in (await stranger.get("/accessibilite")).text
        assert "#7a1f5c" in (await stranger.get("/theme.css")).text
        page = await claire.post("/admin/reglages/commune", {**typed, "accent": "javascript:"}, page="/admin/reglages")
        assert page.status == 422


async def test_a_file_that_cannot_be_written_is_a_clear_answer(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        file = node.folder / "node.toml"
        text = file.read_text()
        file.write_text("[node\n")
        page = await claire.post("/admin/reglages/modules", {"modules": ["home"]}, page="/admin/reglages")
        assert page.status == 422
        assert "n’ont pas pu être enregistrés" in page.text.replace("'", "’")
        assert "rewards" in node.facts.modules, "unchanged"
        file.write_text(text)


async def test_a_row_of_an_older_version_does_not_break_the_node(node: Node) -> None:
    def spoil(unit: Unit) -> None:
        unit.session.add_all(
            [
                Setting(part="ledger", key="validity_months", value=999),
                Setting(part="ledger", key="grace_days", value=3),
            ]
        )
        unit.session.add(Setting(part="ledger", key="gone", value=1))

    await node.write(spoil)
    found = await node.read(lambda unit: unit.settings("ledger", LedgerSettings))
    assert (found.validity_months, found.grace_days) == (6, 3)


async def test_a_file_changed_by_hand_is_taken_over_and_a_broken_one_is_not(node: Node) -> None:
    file = node.folder / "node.toml"
    text = file.read_text()
    file.write_text(text.replace("[node]", '[node]\ntagline = "À la main"'))
    assert node.reload()
    assert not node.reload()
    assert node.config.node.tagline == "À la main"
    file.write_text("[node]\nname = 3\n")
    with pytest.raises(ConfigError, match="line"):
        node.reload()
    assert node.config.node.tagline == "À la main"
    file.write_text(text.replace("http://", "https://elsewhere."))
    address = node.base_url
    assert node.reload()
    assert node.base_url == address, "an address changes by a restart only"


def test_changing_the_file_keeps_what_a_person_wrote(tmp_path: Path) -> None:
    file = tmp_path / "node.toml"
    file.write_text(
        '# ours\n[node]\nname = "A"  # the name\naddress = "https://a.example"\ntagline = "old"\n'
        "\n[missions]\nmost_tokens = 5\n"
    )
    file.chmod(0o640)
    change_section(tmp_path, {"tagline": 'new "words"', "modules": ("home", "wallet")})
    text = file.read_text()
    assert text.startswith("# ours\n[node]\n")
    assert '"A"  # the name' in text
    found = tomllib.loads(text)
    assert found["node"]["tagline"] == 'new "words"'
    assert found["node"]["modules"] == ["home", "wallet"]
    assert found["missions"] == {"most_tokens": 5}
    assert file.stat().st_mode & 0o777 == 0o640
    before = file.read_text()
    for wrong in ({"accent": "red"}, {"tagline": "x" * 81}, {"nonsense": 1}, {"tagline": "a\nb"}):
        with pytest.raises(ConfigError):
            change_section(tmp_path, wrong)
    assert file.read_text() == before
    file.write_text('[node]\nname = "A"\naddress = "https://a.example"\nmodules = [\n  "home",\n]\n')
    with pytest.raises(ConfigError):
        change_section(tmp_path, {"modules": ("wallet",)})


async def test_nobody_finds_a_log_line_missing(node: Node) -> None:
    town = await node.write(settle)
    async with site_of(node) as site:
        claire = await site.signed_in(town.administrator)
        page = await claire.get("/admin/journal")
        assert "Organisation créée" in page.text
        assert "Piscine" in page.text
        counted = await node.read(lambda unit: unit.session.query(AuditEntry).count())
        assert page.text.count('<li class="card">') == min(counted, 50)
