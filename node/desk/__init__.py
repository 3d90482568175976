"""The desk of the town hall: what an agent does for somebody who is standing there, often without a phone or e-mail
(specs/people.md §2). An agent says why before anything of a person is shown; a visit lasts half an hour; every act is
in the audit log and stands where the person reads it."""

from node.core.module import Module, NavItem

STAFF = frozenset({"agent", "administrator"})

MODULE = Module(
    name="desk",
    title="Guichet",
    summary="Ce qu’un agent fait pour une personne à l’accueil : compte, carte, inscription, correction.",
    core=True,
    routes="views:routes",
    models="models",
    subscriptions="subscriptions:SUBSCRIPTIONS",
    gdpr="gdpr",
    navigation=(NavItem("desk.search", "Guichet", "concierge-bell", "desk", STAFF, order=70),),
    errors={
        "desk.too-little": "Indiquez une partie du nom, une date de naissance ou le code d’une carte.",
        "desk.purpose": "Dites pourquoi cette personne est cherchée.",
        "desk.no-visit": "Cherchez d’abord la personne et dites pourquoi : la page se ferme au bout d’une demi-heure.",
        "desk.not-for-them": "Vous ne pouvez pas agir pour cette personne.",
        "desk.own": "On ne fait pas ses propres démarches au guichet : demandez à une ou un collègue.",
        "desk.child": "Cet enfant a des responsables : son compte se prend en main à {years} ans.",
        "desk.guardian": "Aucune personne active ne porte cette carte.",
    },
    audit={
        "desk.searched": "Recherche au guichet",
        "desk.opened": "Fiche ouverte au guichet",
        "desk.created": "Compte créé au guichet",
        "desk.card-printed": "Carte imprimée au guichet",
        "desk.card-replaced": "Carte remplacée au guichet",
        "desk.card-blocked": "Carte bloquée au guichet",
        "desk.card-unblocked": "Carte débloquée au guichet",
        "desk.corrected": "Nom ou date de naissance corrigés",
        "desk.signed-up": "Inscription à une mission",
        "desk.left": "Désinscription d’une mission",
        "desk.welcomed": "Feuille d’accueil et code remis",
        "desk.data-given": "Données remises",
        "desk.closed": "Compte fermé au guichet",
        "desk.guardian-added": "Responsable ajouté au guichet",
        "desk.joined-household": "Foyer rejoint au guichet",
        "desk.reminded": "Prévenu des jetons qui s’éteignent",
    },
)
