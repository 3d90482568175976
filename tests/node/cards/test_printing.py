"""The printed card: the size of a bank card, what is on it, names of all sorts."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace

import pytest

from node.cards import printing
from node.cards.public import PrintedCard, PrintedLetter, card_pdf, letters_pdf, welcome_pdf

CARD = PrintedCard(
    "Élise-Łucja", "Castanet-Tolosan", "#0b6e5f", "castanet-tolosan.example", "7Q4K 92MD",
    "YGOR:castanet-tolosan.example:7Q4K92MD",
)  # fmt: skip
POINTS = 72 / 25.4


def drawn(pdf: bytes) -> str:
    """What the page's streams draw."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.S):
        try:
            found.append(zlib.decompress(stream).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(text for text in found if " re" in text or " Td" in text)


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


def test_the_card_has_the_size_of_a_bank_card() -> None:
    assert (printing.WIDTH, printing.HEIGHT) == (85.6, 54.0)
    pdf = card_pdf(CARD)
    assert pdf.startswith(b"%PDF-")
    assert pages(pdf) == 1
    assert b"/MediaBox [0 0 595.28 841.89]" in pdf
    page = drawn(pdf)
    width = re.search(r"([\d.]+) ([\d.-]+) ([\d.]+) -[\d.]+ re", page)
    assert width is not None
    assert float(width[3]) == pytest.approx(85.6 * POINTS, abs=0.01), "the band of the commune's colour"
    assert page.count(" l S") == 10, "cut marks: three across above and below, two at each side"
    dark = re.findall(r"[\d.]+ [\d.]+ [\d.]+ -?[\d.]+ re f", page)
    assert len(dark) > 100, "a code of vectors"


def test_names_that_do_not_fit_and_letters_of_every_land() -> None:
    long = replace(CARD, first_name="Maximilienne-Alexandrine-Bernadette" * 3, accent="#ffee00", locale="en")
    assert pages(card_pdf(long)) == 1
    assert pages(card_pdf(replace(CARD, first_name="Χαρά"))) == 1
    assert pages(card_pdf(replace(CARD, first_name="<b>Zoë</b>", locale="xx"))) == 1


def test_the_welcome_sheet_and_letters() -> None:
    assert pages(welcome_pdf(CARD, "7Q4K 92MD 3XTW")) == 1
    letter = PrintedLetter("Marcel Dupuy", "Castanet", "#0b6e5f", "25 novembre 2026", "Des jetons", ("Bonjour.",) * 5)
    assert pages(letters_pdf([letter] * 3)) == 3
    assert pages(letters_pdf([])) == 1
