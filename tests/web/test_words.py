"""Languages, typography, Markdown, dates."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from tests.web.site import post
from web import dates
from web.catalogue import read_catalogues
from web.i18n.__main__ import main
from web.links import local_path
from web.locale import from_header
from web.scope import speaking
from web.text import markdown, number
from web.typography import NBSP, NNBSP, plain, typographic

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("raw", "set_"),
    [
        ("Où ?", f"Où{NNBSP}?"),
        ("Attention : 3", f"Attention{NBSP}: 3"),
        ("L'idée", "L’idée"),
        ("« oui »", f"«{NNBSP}oui{NNBSP}»"),
        ("1 204 votants", f"1{NNBSP}204 votants"),
        ("3 200 €", f"3{NNBSP}200{NNBSP}€"),
        ("https://exemple.fr:80/?a=b;c", "https://exemple.fr:80/?a=b;c"),
        ("9:30", "9:30"),
        ("Bien!", "Bien!"),
    ],
)
def test_french_typography(raw: str, set_: str) -> None:
    assert typographic(raw) == set_


def test_typography_leaves_tags_alone() -> None:
    assert typographic(Markup("<a title='l a ?'>Où ?</a>")) == f"<a title='l a ?'>Où{NNBSP}?</a>"


@given(st.text(max_size=60))
def test_typography_is_idempotent_and_only_changes_spaces_and_apostrophes(text: str) -> None:
    once = typographic(text)
    assert typographic(once) == once
    assert plain(once).replace(" ", "") == plain(text).replace(" ", "")


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "![x](https://evil.example/x.png)",
        "<img src=x onerror=alert(1)>",
        '[x](https://a.example "onmouseover=alert(1)")',
        "<a href='data:text/html,x'>x</a>",
    ],
)
def test_markdown_is_safe(hostile: str) -> None:
    tags = "".join(re.findall(r"<[^>]*>", markdown(hostile).lower()))
    for piece in ("<script", "<img", 'href="javascript', 'href="data', "onerror", " onmouseover"):
        assert piece not in tags


def test_markdown_headings_stay_below_the_pages_own() -> None:
    assert markdown("# Titre\n\n- un") == "<h3>Titre</h3>\n<ul>\n<li>un</li>\n</ul>\n"
    assert 'rel="nofollow' in markdown("[x](https://a.example)")


def test_dates_and_numbers_in_both_languages() -> None:
    moment = datetime(2026, 11, 29, 8, tzinfo=UTC)
    with speaking("fr"):
        assert plain(dates.day_range(moment, moment + timedelta(hours=3))) == "dimanche 29 novembre, 9 h – 12 h"
        assert dates.day(date(2026, 12, 1)) == "1er décembre 2026"
        assert dates.day(date(2026, 12, 11), "short") == "11 déc."
        assert plain(dates.clock(moment + timedelta(minutes=5))) == "9 h 05"
        assert plain(number(1204)) == "1 204"
    with speaking("en"):
        assert plain(dates.day_and_time(moment)) == "Sunday 29 November, 9 am"
        assert number(1204) == "1,204"
        assert number(None) == "–"


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,fr;q=0.5", "en"),
        ("fr-FR,en;q=0.9", "fr"),
        ("de,en;q=0.3", "en"),
        ("de", "fr"),
        ("en;q=0", "fr"),
        ("en;q=x", "fr"),
        ("," * 400, "fr"),
        ("*", "fr"),
    ],
)
def test_accept_language(header: str, locale: str) -> None:
    assert from_header(header) == locale


async def test_cookie_beats_header_and_account_beats_cookie(client: Any) -> None:
    english = {"Accept-Language": "en"}
    assert "Trial page" in await (await client.get("/demo", headers=english)).text()
    back = await client.get("/langue/fr?next=/demo", headers=english, allow_redirects=False)
    assert (back.status, back.headers["Location"]) == (303, "/demo")
    assert "Page d’essai" in await (await client.get("/demo", headers=english)).text()
    await post(client, "/in?lang=en", {})
    assert "Trial page" in await (await client.get("/demo")).text()
    await client.get("/langue/fr")
    assert "Page d’essai" in await (await client.get("/demo")).text()
    assert (await client.get("/langue/de")).status == 404


@pytest.mark.parametrize(
    "hostile",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
        "/a\r\nSet-Cookie: x",
        "",
        None,
        "x",
        "/" + "a" * 3000,
        "/\t/evil.example",
    ],
)
def test_next_never_leads_elsewhere(hostile: str | None) -> None:
    assert local_path(hostile, "/home") == "/home"


def test_next_keeps_our_own_paths() -> None:
    assert local_path("/missions/1?page=2#a") == "/missions/1?page=2#a"


async def test_flash_is_shown_once_and_cannot_be_forged(client: Any) -> None:
    await post(client, "/demo", {"title": "Planter"})
    assert "C’est noté" in await (await client.get("/demo")).text()
    assert "C’est noté" not in await (await client.get("/demo")).text()
    for forged in ("W1siZ29vZCIsIngiXV0.AAAA", "x.y", ".", "é.é"):
        page = await client.get("/demo", headers={"Cookie": f"ygor-flash={forged}"})
        assert page.status == 200
        assert 'class="notice' not in await page.text()


def test_french_and_english_plurals_differ_at_zero(tmp_path: Path) -> None:
    folder = tmp_path / "en/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(
        'msgid "une place"\nmsgid_plural "%(num)d places"\nmsgstr[0] "one place"\nmsgstr[1] "%(num)d seats"\n', "utf-8"
    )
    catalogues = read_catalogues([tmp_path])
    assert [catalogues.ngettext("fr", "une place", "des places", n) for n in (0, 1, 2)] == [
        "une place",
        "une place",
        "des places",
    ]
    assert [catalogues.ngettext("en", "une place", "des places", n) for n in (0, 1, 2)] == [
        "%(num)d seats",
        "one place",
        "%(num)d seats",
    ]


def test_a_missing_translation_fails_the_check(tmp_path: Path) -> None:
    part = tmp_path / "node/modules/demo"
    (part / "templates").mkdir(parents=True)
    (tmp_path / "web").mkdir()
    for folder in (tmp_path / "node", part.parent, part):
        (folder / "__init__.py").touch()
    (part / "templates/show.html").write_text('{{ _("Bonjour") }} {% trans %}Au revoir{% endtrans %}', "utf-8")
    (part / "__init__.py").write_text(
        'MODULE = Module(name="demo", title="Essai", errors={"demo.no": "Non."})\n'
        'x = gettext(request, "Un"\n " deux")\ny = gettext(request, WORDS["key"])\n',
        "utf-8",
    )
    run = CliRunner().invoke
    assert run(main, ["--root", str(tmp_path), "extract"]).exit_code == 0
    result = run(main, ["--root", str(tmp_path), "check"])
    assert result.exit_code == 1
    po = part / "locale/en/LC_MESSAGES/messages.po"
    text = po.read_text("utf-8")
    for french in ("Bonjour", "Au revoir", "Essai", "Non.", "Un deux"):
        assert f'msgid "{french}"\nmsgstr ""' in text
    assert '"key"' not in text
    po.write_text(text.replace('msgstr ""', 'msgstr "x"'), "utf-8")
    assert run(main, ["--root", str(tmp_path), "check"]).exit_code == 0
    before = po.read_bytes()
    run(main, ["--root", str(tmp_path), "extract"])
    assert po.read_bytes() == before


def test_the_toolkits_own_words_are_all_translated() -> None:
    command = [sys.executable, "-m", "web.i18n", "check", "web"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
