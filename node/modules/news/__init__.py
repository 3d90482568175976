"""News: articles of the town hall with a picture or a film, its Atom feed, and what the neighbours publish.

`rules` holds tables and limits, `service` writing an article, `neighbours` what other nodes sent, `reading` what pages
and other parts see, `feed` the Atom document. Files are kept by the core part `media`.
"""

from node.core.module import Job, Module, NavItem

MODULE = Module(
    name="news",
    title="Actualités",
    summary="Les articles et les vidéos de la mairie, et ceux des communes voisines.",
    routes="views:routes",
    api="api:routes",
    models="models",
    settings="settings:Settings",
    activities="federation:HANDLERS",
    subscriptions="federation:SUBSCRIPTIONS",
    home_cards="cards:home_cards",
    desk_cards="cards:desk_cards",
    gdpr="gdpr",
    navigation=(NavItem("news.list", "Actualités", "newspaper", "decide", order=15),),
    jobs=(Job("publication", 60, "jobs:publish"),),
    errors={
        "news.unknown": "Cet article n’existe pas ou plus.",
        "news.not-editor": "Seule la mairie écrit les actualités.",
        "news.state": "Cet article ne peut plus changer ainsi : son état a changé entre-temps.",
        "news.required": "Ce champ est obligatoire.",
        "news.too-long": "Trop long : {limit} caractères au plus.",
        "news.control-character": "Ce texte contient un caractère qui ne peut pas être enregistré.",
        "news.theme-unknown": "Choisissez un thème de la liste.",
        "news.picture-alt": "Dites en une phrase ce que montre l’image, pour qui ne la voit pas.",
        "news.film-link": "Donnez une adresse complète, qui commence par https://.",
        "news.film-two": "Une vidéo à la fois : un fichier ou un lien.",
        "news.film-transcript": "Ajoutez la transcription : tout ce qui est dit et montré, par écrit.",
        "news.film-captions": "Ajoutez les sous-titres de la vidéo (fichier .vtt).",
        "news.captions-alone": "Des sous-titres vont avec une vidéo envoyée ici.",
        "news.too-far": "Cette date est trop lointaine.",
        "news.foreign-uri": "Cet article appartient à un autre serveur.",
    },
    audit={
        "news.published": "Article publié",
        "news.scheduled": "Article programmé",
        "news.withdrawn": "Article retiré",
    },
)
