"""Pictures, films and captions that modules show: taken in with bounds, written anew where they can be, served safely.

A file is named by what is in it, lies in the node's folder `media/`, and stays as long as somebody uses it. `pictures`
and `films` judge and rewrite bytes, `storing` puts them on the disk, `public` is what modules call.
"""

from node.core.module import Job, Module

MODULE = Module(
    name="media",
    title="Fichiers",
    core=True,
    routes="views:routes",
    models="models",
    jobs=(Job("sweep", 3600, "storing:sweep"),),
    errors={
        "media.picture-kind": "Choisissez une image JPEG, PNG, WebP ou GIF.",
        "media.picture-unreadable": "Cette image est abîmée : elle ne peut pas être lue.",
        "media.picture-large": "Cette image est trop lourde : {limit} Mo au plus.",
        "media.picture-pixels": "Cette image est trop grande : {limit} millions de points au plus.",
        "media.film-kind": "Choisissez une vidéo MP4 ou WebM.",
        "media.film-large": "Cette vidéo est trop lourde : {limit} Mo au plus. Donnez plutôt son lien.",
        "media.captions-kind": "Choisissez un fichier de sous-titres WebVTT (.vtt), en UTF-8.",
        "media.captions-large": "Ce fichier de sous-titres est trop lourd : {limit} Ko au plus.",
        "media.document-kind": "Choisissez un fichier PDF.",
        "media.document-large": "Ce document est trop lourd : {limit} Mo au plus.",
        "media.unknown": "Ce fichier n’existe pas ou plus.",
    },
)
