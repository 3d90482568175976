"""What the news show elsewhere: the latest articles on the entrance page, the place of work on the desk."""

from __future__ import annotations

from node.civic import themes
from node.core.module import DeskCard, HomeCard
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.modules.news import reading
from node.modules.news.reading import Filters
from web.i18n import N_

SHOWN = 3


def home_cards(unit: Unit, viewer: Viewer) -> tuple[HomeCard, ...]:
    """The latest articles."""
    cards = reading.listing(unit, Filters(), limit=SHOWN).cards
    values = {"cards": cards, "themes": themes.BY_KEY}
    return (HomeCard("news/section.html", values, "decide", order=40),) if cards else ()


def desk_cards(unit: Unit, viewer: Viewer) -> tuple[DeskCard, ...]:
    """The way to the articles, for those who write them."""
    if not viewer.is_staff:
        return ()
    return (DeskCard(N_("Écrire les actualités"), None, "/actualites/bureau", order=24, icon="newspaper"),)
