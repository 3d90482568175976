"""Groupings of communes (`specs/groupings.md`): a signed member list, one set of terms for all members.

A grouping's node publishes terms (`publishing`) and admits members (`admitting`); a commune's node asks, accepts and
leaves (`joining`), looks the list up (`refreshing`) and takes it in (`lists`). `pairs` turns terms and two acceptances
into terms in force between two nodes, which `node.honour` then pays under. Pages show the state of the network.
"""

from node.core.module import Job, Module, NavItem

ADMINISTRATORS = frozenset({"administrator"})

MODULE = Module(
    name="groupings",
    title="Réseau intercommunal",
    summary="Le groupement, ses communes membres, les conditions communes des jetons.",
    core=True,
    routes="views:routes",
    models="models",
    activities="federation:HANDLERS",
    services="services:run",
    checks="verification:verify",
    jobs=(Job("signatures", 3600, "renewing:renew"),),
    desk_cards="cards:desk_cards",
    home_cards="cards:home_cards",
    navigation=(NavItem("groupings.admin", "Réseau intercommunal", "network", "desk", ADMINISTRATORS, order=68),),
    errors={
        "groupings.unknown": "Nous ne connaissons pas ce groupement.",
        "groupings.member-unknown": "Cette commune ne nous a rien demandé.",
        "groupings.not-ours": "Cette page est celle d’un groupement de communes.",
        "groupings.no-grouping": "À cette adresse se trouve une commune, pas un groupement.",
        "groupings.no-list": "Ce groupement n’a pas encore publié de conditions communes : on ne peut pas y adhérer.",
        "groupings.bad-list": "La liste des membres de ce groupement n’est pas signée comme il faut. N’adhérez pas.",
        "groupings.already": "Votre commune en est déjà membre, ou l’a déjà demandé.",
        "groupings.too-many": "Votre commune appartient déjà à trop de groupements.",
        "groupings.fork": "Ce groupement a signé deux textes contradictoires. N’adhérez pas avant de lui avoir parlé.",
        "groupings.terms-changed": "Les conditions viennent de changer. Relisez-les avant de confirmer.",
        "groupings.terms-outdated": (
            "Cette commune a accepté une version des conditions qui n’est plus la dernière : elle doit redemander."
        ),
        "groupings.terms-over": "Les conditions de ce groupement ont pris fin.",
        "groupings.decided": "C’est déjà décidé.",
        "groupings.full": "La liste des membres est pleine.",
        "groupings.terms": "Ces conditions ne peuvent pas être signées : {problem}",
        "groupings.terms-running": "L’avant-dernière version vaut jusqu’au {until} : attendez avant d’en publier.",
        "groupings.terms-gap": "Il ne doit pas y avoir de jour sans conditions : commencez plus tôt.",
        "groupings.too-early": "Ce jour est déjà passé.",
        "groupings.terms-over-limit": "Le plafond par jour dépasse la limite entre deux communes.",
        "groupings.terms-over-day-cap": "Le plafond par carte dépasse le plafond par jour.",
        "groupings.terms-all-and-some": "« * » (tous les services) ne se combine pas avec d’autres.",
        "groupings.terms-twice": "Un service est cité deux fois.",
        "groupings.terms-before-start": "La fin vient avant le début.",
        "groupings.terms-before-previous": "Ces conditions finiraient avant celles qu’elles remplacent.",
        "groupings.terms-under-till-hold": "Une réservation doit durer au moins autant qu’un passage en caisse.",
    },
    audit={
        "groupings.asked": "Adhésion demandée à un groupement",
        "groupings.left": "Groupement quitté",
        "groupings.member-accepted": "Commune acceptée comme membre",
        "groupings.member-refused": "Adhésion refusée",
        "groupings.member-removed": "Commune retirée des membres",
        "groupings.terms-accepted": "Conditions communes acceptées",
        "groupings.terms-published": "Conditions communes publiées",
    },
)
