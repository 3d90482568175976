"""Events: the agenda of the commune, its associations and its neighbours, with registration where places are counted.

`rules` holds tables and limits, `recurring` the dates of a series, `service` writing an event, `registrations` who
comes, `checking` who came, `neighbours` what other nodes sent, `reading` what pages and other parts see.
"""

from node.core.module import Job, Module, NavItem

MODULE = Module(
    name="events",
    title="Agenda",
    summary="Les rendez-vous de la commune et des associations, avec inscription ou entrée libre.",
    routes="views:routes",
    api="api:routes",
    models="models",
    settings="settings:Settings",
    activities="federation:HANDLERS",
    subscriptions="federation:SUBSCRIPTIONS",
    home_cards="cards:home_cards",
    desk_cards="cards:desk_cards",
    gdpr="gdpr",
    sharing="sharing:OFFERED",
    navigation=(NavItem("events.list", "Agenda", "calendar-days", "act", order=25),),
    jobs=(Job("reminders", 600, "jobs:remind"), Job("announcements", 1800, "jobs:announce")),
    errors={
        "events.unknown": "Cet événement n’existe pas ou plus.",
        "events.not-organiser": "Seules les personnes qui organisent cet événement peuvent faire cela.",
        "events.state": "Cet événement ne peut plus changer ainsi : son état a changé entre-temps.",
        "events.registration-state": "Cette inscription ne peut plus changer ainsi.",
        "events.registration-unknown": "Cette inscription n’existe pas pour cet événement.",
        "events.not-registered": "Vous n’êtes pas inscrit·e à cet événement.",
        "events.open-entrance": "L’entrée est libre : venez sans vous inscrire.",
        "events.closed": "Les inscriptions à cet événement sont closes.",
        "events.over": "Cet événement est terminé.",
        "events.begun": "C’est commencé : l’équipe note maintenant qui est là.",
        "events.full": "Toutes les places sont prises.",
        "events.too-early": "Les arrivées se notent à partir du jour même.",
        "events.too-late": "Les arrivées ne se notent plus : {days} jours sont passés.",
        "events.attended": "Des arrivées y sont déjà notées : cet événement ne change plus d’heure.",
        "events.fewer-places": "{taken} personnes sont déjà inscrites : gardez au moins autant de places.",
        "events.no-way-back": "{taken} personnes sont inscrites : l’entrée ne peut plus devenir libre.",
        "events.required": "Ce champ est obligatoire.",
        "events.too-long": "Trop long : {limit} caractères au plus.",
        "events.control-character": "Ce texte contient un caractère qui ne peut pas être enregistré.",
        "events.theme-unknown": "Choisissez un thème de la liste.",
        "events.place-half": "Donnez la latitude et la longitude, ou aucune des deux.",
        "events.place-nowhere": "Ces coordonnées ne sont pas sur Terre.",
        "events.places": "Entre 1 et {limit} places, ou rien si elles ne sont pas comptées.",
        "events.ends-before-start": "La fin doit venir après le début.",
        "events.lasts-too-long": "Un événement dure au plus {limit} jours.",
        "events.too-far": "Cette date est trop lointaine.",
        "events.until-before-start": "La dernière date doit venir après la première.",
        "events.too-many-dates": "{limit} dates au plus : rapprochez la dernière.",
        "events.no-date": "Il ne reste aucune date.",
        "events.nothing-to-come": "Cet événement est passé : changez sa date avant de publier.",
        "events.too-many-at-once": "{limit} personnes au plus à la fois.",
        "events.foreign-uri": "Cet événement appartient à un autre serveur.",
    },
    audit={
        "events.cancelled": "Événement annulé",
        "events.marked-absent": "Absence notée à un événement",
    },
)
