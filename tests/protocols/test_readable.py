from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.readable import OPENING, Readable, html_in, teaser_in, when

PARIS = ZoneInfo("Europe/Paris")
HEDGE = Readable(
    "Planter la haie",
    "https://castanet.example/missions/1?a=1&b=2",
    ("samedi 28 novembre 2026, 14 h – 16 h", "Place de la Mairie", ""),
    "Venez\nà   plusieurs !",
    "<p>Gants fournis.</p>",
)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS)


def test_what_stands_in_summary_and_content() -> None:
    assert HEDGE.summary == "samedi 28 novembre 2026, 14 h – 16 h · Place de la Mairie.\nVenez à plusieurs !"
    assert HEDGE.content == (
        '<p class="ygor-facts"><strong><a href="https://castanet.example/missions/1?a=1&amp;b=2">Planter la haie</a>'
        "</strong><br>samedi 28 novembre 2026, 14 h – 16 h<br>Place de la Mairie</p><p>Gants fournis.</p>"
    )


def test_an_article_has_no_facts() -> None:
    article = Readable("Budget", "https://castanet.example/news/1", (), "Ce que devient l’impôt", "<p>Tout.</p>")
    assert article.summary == "Ce que devient l’impôt"
    assert teaser_in(article.summary, article.content) == article.summary
    assert html_in(article.content) == "<p>Tout.</p>"
    assert Readable("Budget", "https://castanet.example/news/1").summary == ""


@pytest.mark.parametrize(
    ("teaser", "summary"),
    [
        ("Petits & grands", "Petits & grands"),
        ("a < b", "a &lt; b"),
        ("écrire &eacute; et &#233;", "écrire &amp;eacute; et &amp;#233;"),
        ("14\u00a0h", "14\u00a0h"),
        ("C’est « ici » > là", "C’est « ici » > là"),
    ],
)
def test_a_summary_is_text_and_html_at_once(teaser: str, summary: str) -> None:
    assert Readable("Titre", "https://castanet.example/", (), teaser).summary == summary


def test_markup_in_a_title_or_a_fact_is_text() -> None:
    told = Readable("<script>", 'https://castanet.example/?"><script>', ("<br></p>",), "", "<p>Fin</p>")
    assert "<script>" not in told.content
    assert "<br></p>" not in told.content
    assert html_in(told.content) == "<p>Fin</p>"


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60)


@given(title=texts, facts=st.lists(texts, max_size=4).map(tuple), teaser=texts, html=texts)
def test_a_ygor_node_gets_back_what_was_written(title: str, facts: tuple[str, ...], teaser: str, html: str) -> None:
    plain = Readable("", "", (), teaser).summary
    told = Readable(title, "https://castanet.example/", facts, teaser, html)
    assert html_in(told.content) == html
    assert teaser_in(told.summary, told.content) == plain


@given(content=texts, summary=texts)
def test_what_others_write_stays(content: str, summary: str) -> None:
    for foreign in (content, f"<p>{content}</p>", f"<div>{OPENING}{content}"):
        assert html_in(foreign) == foreign
        assert teaser_in(summary + "\nfin", foreign) == summary + "\nfin"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (at(28, 14), at(28, 16, 30), "samedi 28 novembre 2026, 14 h – 16 h 30"),
        (at(28, 22), at(29, 2), "samedi 28 novembre 2026, 22 h – dimanche 29 novembre 2026, 2 h"),
        (at(1, 9, 5, 12), None, "mardi 1er décembre 2026, 9 h 05"),
        (at(1, 9, 5, 12), at(1, 9, 5, 12), "mardi 1er décembre 2026, 9 h 05"),
        (at(11, 9, 0, 2), at(11, 10, 0, 2), "mercredi 11 février 2026, 9 h – 10 h"),
    ],
)
def test_when(start: datetime, end: datetime | None, text: str) -> None:
    assert when(start, end).replace("\u00a0", " ") == text


def test_whole_days_end_before_midnight() -> None:
    assert when(at(28, 0), at(29, 0), whole_days=True) == "samedi 28 novembre 2026"
    assert when(at(28, 0), at(30, 0), whole_days=True) == "samedi 28 novembre 2026 – dimanche 29 novembre 2026"
    assert when(at(28, 0), whole_days=True) == "samedi 28 novembre 2026"
