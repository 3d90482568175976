"""The demonstration: a real territory filled with people, associations, missions, partners and terms; a page to become
anybody in one click and a page with the mail. It exists only in folders that `ygor demo` made, and only on loopback."""

from node.core.module import Module

MODULE = Module(
    name="demo",
    title="Démonstration",
    core=True,
    routes="views:routes",
    errors={"demo.off": "Cette page n’existe que dans une démonstration."},
)
