"""What an administrator adapts in the browser: the commune's words and colour, its modules, the settings of every part;
and the log of what people did with the powers of a role."""

from node.core.module import Module, NavItem

MODULE = Module(
    name="administration",
    title="Administration",
    summary="Les réglages de la commune, et le journal de ce qui a été fait.",
    core=True,
    routes="views:routes",
    navigation=(
        NavItem("administration.settings", "Réglages", "settings", "desk", frozenset({"administrator"}), order=90),
        NavItem("administration.log", "Journal", "scroll-text", "desk", frozenset({"administrator"}), order=91),
    ),
    errors={
        "administration.not-written": "Les réglages n’ont pas pu être enregistrés sur le serveur. Rien n’a changé.",
    },
    audit={
        "administration.setting-changed": "Réglage changé",
        "administration.commune-changed": "Présentation de la commune changée",
        "administration.modules-changed": "Modules changés",
    },
)
