"""Cards and letters as PDF, in vectors: A4, the card in the size of a bank card (85.6 × 54 mm, ISO/IEC 7810 ID-1) with
its back beside it, cut marks around both and a fold between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import segno
from fpdf import FPDF

from node.cards.public import PrintedCard, PrintedLetter
from web.theme import LIGHT_GROUNDS, readable

WIDTH, HEIGHT = 85.6, 54.0
LEFT, TOP = (210 - 2 * WIDTH) / 2, 40.0
MARK = 5.0
QR_MM = 30.0
INK = (24, 33, 30)
GREY = (105, 115, 112)
VENDOR = Path(__file__).resolve().parents[2] / "web" / "static" / "vendor"
_STYLES: tuple[tuple[Literal["", "B"], float], ...] = (("", 400), ("B", 700))
FONTS = {"figtree": "figtree-latin.woff2", "figtree-more": "figtree-latin-ext.woff2"}

_WORDS: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "kind": "Carte citoyenne de",
        "page": "Votre carte",
        "how": "Découpez le long des repères, pliez au milieu : la carte a la taille d’une carte bancaire.",
        "lost_title": "Perdue ? Volée ?",
        "lost": "Dites-le en mairie, ou sur {site}. Elle ne marchera plus tout de suite ; vos jetons restent à vous et "
        "vous recevez une nouvelle carte.",
        "found": "Vous avez trouvé cette carte ? Merci de la rapporter en mairie de {commune}.",
        "welcome": "Bienvenue, {name}",
        "code_title": "Plus tard, sur internet",
        "code": "Allez sur {site}/connexion/code et recopiez ce code. Il sert une fois, dans les trois mois. "
        "Gardez-le pour vous : il ouvre votre compte.",
    },
    "en": {
        "kind": "Citizen card of",
        "page": "Your card",
        "how": "Cut along the marks and fold in the middle: the card is as big as a bank card.",
        "lost_title": "Lost? Stolen?",
        "lost": "Tell the town hall, or go to {site}. It stops working at once; your tokens stay yours and you get "
        "a new card.",
        "found": "Found this card? Please bring it to the town hall of {commune}.",
        "welcome": "Welcome, {name}",
        "code_title": "Later, on the internet",
        "code": "Go to {site}/connexion/code and type this code. It serves once, within three months. Keep it to "
        "yourself: it opens your account.",
    },
}
_DOES: Mapping[str, tuple[str, ...]] = {
    "fr": (
        "Montrez cette carte quand vous venez à une mission : on vous compte, et vous gagnez des jetons.",
        "Montrez-la au guichet de la piscine, de la médiathèque ou d’un autre partenaire pour payer avec vos jetons.",
        "Les jetons ont une fin. La mairie vous prévient avant ; demandez votre solde à l’accueil.",
        "À l’accueil, on peut vous inscrire à une mission, refaire votre carte, corriger votre nom ou fermer "
        "votre compte. Tout ce qui est fait pour vous est noté, et vous pouvez le lire.",
    ),
    "en": (
        "Show this card when you take part in a mission: you are counted as present and earn tokens.",
        "Show it at the desk of the pool, the library or another partner to pay with your tokens.",
        "Tokens end one day. The town hall tells you before; ask for your balance at the desk.",
        "At the desk they can sign you up for a mission, make your card anew, correct your name or close your "
        "account. Everything done for you is written down, and you can read it.",
    ),
}


def card_pdf(printed: PrintedCard) -> bytes:
    """One page: the card, and how to cut it out."""
    words = _WORDS[_language(printed)]
    pdf = _page(f"{words['page']} – {printed.commune}", printed.locale)
    _heading(pdf, words["page"], printed.accent, 18)
    _text(pdf, words["how"], 27, size=10)
    _card(pdf, printed)
    return bytes(pdf.output())


def welcome_pdf(printed: PrintedCard, takeover_code: str) -> bytes:
    """The card, what it is for, and the code by which the account can be taken over later."""
    words = _WORDS[_language(printed)]
    title = words["welcome"].format(name=printed.first_name)
    pdf = _page(f"{title} – {printed.commune}", printed.locale)
    _heading(pdf, title, printed.accent, 18)
    _text(pdf, words["how"], 27, size=10)
    _card(pdf, printed)
    pdf.set_y(TOP + HEIGHT + 18)
    for line in _DOES[_language(printed)]:
        _paragraph(pdf, f"•  {line}")
    pdf.ln(4)
    pdf.set_font("figtree", "B", 13)
    _paragraph(pdf, words["code_title"], size=13, bold=True)
    _paragraph(pdf, words["code"].format(site=printed.site))
    _paragraph(pdf, takeover_code, size=20, bold=True)
    return bytes(pdf.output())


def letters_pdf(letters: Sequence[PrintedLetter]) -> bytes:
    """One page per letter; an empty list gives an empty page."""
    pdf = _page(letters[0].title if letters else "", "fr", add=not letters)
    for letter in letters:
        pdf.add_page()
        _heading(pdf, letter.commune, letter.accent, 18)
        pdf.set_xy(110, 45)
        pdf.set_font("figtree", "", 12)
        pdf.multi_cell(80, 6, letter.name, new_x="LMARGIN", new_y="NEXT")
        pdf.set_y(75)
        _paragraph(pdf, letter.day, grey=True)
        _paragraph(pdf, letter.title, size=14, bold=True)
        for line in letter.lines:
            _paragraph(pdf, line)
    return bytes(pdf.output())


def _language(printed: PrintedCard) -> str:
    return printed.locale if printed.locale in _WORDS else "fr"


def _page(title: str, locale: str, *, add: bool = True) -> FPDF:
    pdf = FPDF(format="A4")
    for family, file in FONTS.items():
        for style, weight in _STYLES:
            pdf.add_font(family, style, VENDOR / file, variations={"wght": weight})
    pdf.set_fallback_fonts(["figtree-more"], exact_match=True)
    pdf.set_title(title)
    pdf.set_lang(locale)
    pdf.set_margins(LEFT, 15, LEFT)
    pdf.set_auto_page_break(False)
    pdf.set_text_color(*INK)
    if add:
        pdf.add_page()
    return pdf


def _heading(pdf: FPDF, text: str, accent: str, y: float) -> None:
    pdf.set_xy(LEFT, y - 6)
    pdf.set_font("figtree", "B", 20)
    pdf.set_text_color(*_rgb(accent))
    pdf.cell(text=text)
    pdf.set_text_color(*INK)


def _text(pdf: FPDF, text: str, y: float, *, size: float) -> None:
    pdf.set_xy(LEFT, y - 3)
    pdf.set_font("figtree", "", size)
    pdf.cell(text=text)


def _paragraph(pdf: FPDF, text: str, *, size: float = 12, bold: bool = False, grey: bool = False) -> None:
    pdf.set_font("figtree", "B" if bold else "", size)
    pdf.set_text_color(*(GREY if grey else INK))
    pdf.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT", align="L")
    pdf.ln(2.5)


def _card(pdf: FPDF, printed: PrintedCard) -> None:
    _marks(pdf)
    _front(pdf, printed)
    _back(pdf, printed)


def _marks(pdf: FPDF) -> None:
    pdf.set_draw_color(*GREY)
    pdf.set_line_width(0.2)
    right, bottom = LEFT + 2 * WIDTH, TOP + HEIGHT
    for x in (LEFT, LEFT + WIDTH, right):
        pdf.line(x, TOP - MARK - 1, x, TOP - 1)
        pdf.line(x, bottom + 1, x, bottom + 1 + MARK)
    for y in (TOP, bottom):
        pdf.line(LEFT - MARK - 1, y, LEFT - 1, y)
        pdf.line(right + 1, y, right + 1 + MARK, y)


def _front(pdf: FPDF, printed: PrintedCard) -> None:
    words = _WORDS[_language(printed)]
    pdf.set_fill_color(*_rgb(printed.accent))
    pdf.rect(LEFT, TOP, WIDTH, 15, style="F")
    pdf.set_text_color(255, 255, 255)
    _line(pdf, LEFT + 5, TOP + 2.2, 75, words["kind"], 8)
    _line(pdf, LEFT + 5, TOP + 6.2, 75, printed.commune, 13, bold=True)
    pdf.set_text_color(*INK)
    _qr(pdf, printed.payload, LEFT + WIDTH - QR_MM - 5, TOP + 18.5)
    _line(pdf, LEFT + 5, TOP + 22, 44, printed.first_name, 17, bold=True)
    _line(pdf, LEFT + 5, TOP + 36, 44, printed.grouped_code, 15, bold=True)


def _back(pdf: FPDF, printed: PrintedCard) -> None:
    words, x = _WORDS[_language(printed)], LEFT + WIDTH + 5
    width = WIDTH - 10
    pdf.set_xy(x, TOP + 7)
    pdf.set_font("figtree", "B", 11)
    pdf.cell(width, 5, words["lost_title"])
    pdf.set_xy(x, TOP + 14)
    pdf.set_font("figtree", "", 9)
    pdf.multi_cell(width, 4.4, words["lost"].format(site=printed.site), align="L")
    pdf.set_xy(x, TOP + 38)
    pdf.set_text_color(*GREY)
    pdf.set_font("figtree", "", 8)
    pdf.multi_cell(width, 4, words["found"].format(commune=printed.commune), align="L")
    pdf.set_text_color(*INK)


def _line(pdf: FPDF, x: float, y: float, width: float, text: str, size: float, *, bold: bool = False) -> None:
    """One line that is made smaller until it fits, and cut if even that does not help."""
    while True:
        pdf.set_font("figtree", "B" if bold else "", size)
        if pdf.get_string_width(text) <= width - 2:
            break
        if size > 7:
            size -= 0.5
        else:
            text = text[:-2] + "…"
    pdf.set_xy(x, y)
    pdf.cell(width, size * 0.45, text)


def _qr(pdf: FPDF, payload: str, x: float, y: float) -> None:
    """Modules side by side become one rectangle, so that no hairline shows between them."""
    matrix = [list(row) for row in segno.make(payload, error="m", micro=False).matrix]
    side = QR_MM / len(matrix)
    pdf.set_fill_color(0, 0, 0)
    draw = partial(pdf.rect, style="F")
    for number, row in enumerate(matrix):
        start = 0
        while start < len(row):
            if not row[start]:
                start += 1
                continue
            end = start
            while end < len(row) and row[end]:
                end += 1
            draw(x + start * side, y + number * side, (end - start) * side, side)
            start = end


def _rgb(colour: str) -> tuple[int, int, int]:
    """The commune's colour, dark enough to be read on white and to carry white letters."""
    good = readable(colour, LIGHT_GROUNDS, darker=True)
    return int(good[1:3], 16), int(good[3:5], 16), int(good[5:7], 16)
