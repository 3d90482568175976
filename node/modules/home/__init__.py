"""The entrance: one page that leads to what is open now, to the associations' missions, and to one's own space.

It has no tables and almost no code: it asks the other modules for their cards.
"""

from node.core.module import Module, NavItem

MODULE = Module(
    name="home",
    title="Accueil",
    summary="La page d’entrée, et le bureau de chacun.",
    routes="views:routes",
    navigation=(
        NavItem("home.show", "Accueil", "house", "territory", order=0, thumb=True),
        NavItem(
            "home.desk",
            "Bureau",
            "inbox",
            "desk",
            frozenset({"agent", "administrator", "elected_member", "association_member", "partner_operator"}),
            order=90,
            thumb=True,
        ),
    ),
)
