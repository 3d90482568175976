"""Gold tokens: won in draws and at once, never bought (specs/gold.md, `protocols.gold`).

`actions` keeps who certified what counts, `planning` makes and announces draws, `witnessing` answers for others' draws,
`holding` carries a draw out, `prizes` sees that what was won is claimed or passed on, `instants` decides at once,
`filing` writes down all of a draw for anybody. Other parts use `public` and `events`.
"""

from node.core.module import Job, Module, NavItem

STAFF = frozenset({"agent", "administrator"})

MODULE = Module(
    name="gold",
    title="Tirages",
    summary="Les jetons d’or : tirages au sort vérifiables, gains instantanés, lots.",
    routes="views:routes",
    models="models",
    settings="settings:Settings",
    activities="federation:HANDLERS",
    subscriptions="subscriptions:SUBSCRIPTIONS",
    home_cards="cards:home_cards",
    desk_cards="cards:desk_cards",
    checks="verification:verify",
    gdpr="gdpr",
    navigation=(NavItem("gold.desk", "Tirages", "sparkles", "desk", STAFF, order=60),),
    jobs=(
        Job("announce", 60, "planning:announce_due"),
        Job("answer", 60, "witnessing:answer_due"),
        Job("hold", 60, "holding:hold_due"),
        Job("lapse", 600, "prizes:lapse_due"),
        Job("pay", 600, "instants:pay_owed"),
    ),
    errors={
        "gold.unknown": "Ce tirage n’existe pas ou plus.",
        "gold.entry-unknown": "Cette participation n’existe pas dans ce tirage.",
        "gold.prize-unknown": "Ce lot n’existe pas, ou n’est pas à vous.",
        "gold.prize-over": "Ce lot a déjà été pris, ou est passé à quelqu’un d’autre.",
        "gold.too-late": "Le délai pour prendre ce lot est passé.",
        "gold.state": "Ce tirage ne peut plus changer : il est annoncé.",
        "gold.period": "La fin de la période doit venir après son début.",
        "gold.draw-early": "Le tirage doit avoir lieu au moins une heure après son annonce.",
        "gold.draw-far": "Le tirage doit avoir lieu dans l’année.",
        "gold.prizes": "Écrivez un lot par ligne : nombre × nom, avec s’il y en a ses jetons d’or. Exemple : 3 × Dix "
        "jetons d’or = 10",
        "gold.too-many-prizes": "{limit} lots au plus par tirage.",
        "gold.witness": "Choisissez des témoins de la liste, {limit} au plus.",
        "gold.not-covered": "La réserve ne contient que {left} jetons d’or qui ne soient pas déjà promis.",
        "gold.chance": "La chance s’écrit « 1 sur 20 » : un nombre, « sur », un nombre plus grand.",
        "gold.schedule-open": "Des gains instantanés sont déjà annoncés pour ces jours.",
    },
    audit={
        "gold.planned": "Tirage prévu",
        "gold.withdrawn": "Tirage abandonné avant son annonce",
        "gold.scheduled": "Gains instantanés annoncés",
        "gold.handed": "Lot remis",
    },
)
