"""Associations: the directory, a page for each, and the desk of their members. Who they are stands in the core part
`organisations`, what they propose in the module `missions`; this module only shows it."""

from node.core.module import Module, NavItem

MODULE = Module(
    name="associations",
    title="Associations",
    summary="L’annuaire des associations, leur page et l’espace de leurs membres.",
    routes="views:routes",
    desk_cards="cards:desk_cards",
    navigation=(NavItem("associations.list", "Associations", "users", "act", order=30),),
    errors={"associations.unknown": "Cette association n’existe pas ou plus."},
)
