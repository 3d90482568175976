"""Pages: the keys we sign with."""

from __future__ import annotations

import asyncio

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_role
from node.neighbours import rotation
from node.neighbours.forms import RotationInput
from node.neighbours.telling import ask_again
from web.errors import described
from web.flash import flash
from web.forms import bind
from web.i18n import N_, gettext
from web.render import redirect, render

PAGE = "/admin/cles"


async def show(request: aio.Request) -> aio.Response:
    require_role(request, "administrator")
    keys = await node_of(request).read(rotation.shown)
    values = {"keys": keys, "lead": rotation.LEAD, "grace": rotation.GRACE}
    return render(request, "neighbours/keys.html", values)


async def rotate(request: aio.Request) -> aio.Response:
    """New keys: announced now, signing in a quarter of an hour; or, when they leaked, at once."""
    viewer = require_role(request, "administrator")
    node, form = node_of(request), await bind(request, RotationInput)
    if not form.valid:
        return redirect(request, "neighbours.keys")
    leaked = form.value.leaked == "yes"
    if form.value.sure != "yes":
        return _ask(request, leaked)
    try:
        await asyncio.to_thread(rotation.rotate, node, leaked=leaked)
    except DomainError as error:
        flash(request, gettext(request, described(request, error).text), "bad")
        return redirect(request, "neighbours.keys")
    await node.write(rotation.tell_keys, viewer.account_id or "")
    said = N_("Les nouvelles clés signent dès maintenant.") if leaked else N_("Les nouvelles clés sont annoncées.")
    flash(request, gettext(request, said))
    return redirect(request, "neighbours.keys")


def _ask(request: aio.Request, leaked: bool) -> aio.Response:
    if leaked:
        title = N_("Révoquer nos clés maintenant ?")
        said = [
            N_("Plus rien de ce que les anciennes clés signent n’est accepté, même ce qui est encore en route."),
            N_("Ce qui attend d’être livré est signé de nouveau, et tous nos voisins sont prévenus aussitôt."),
            N_("Les conditions et les relevés déjà signés par les deux communes restent valables."),
            N_("Un voisin injoignable en ce moment peut croire l’ancienne clé pendant un jour encore."),
        ]
        button = N_("Révoquer et remplacer")
    else:
        title = N_("Changer nos clés ?")
        said = [
            N_("Les nouvelles clés sont annoncées tout de suite et signent dans un quart d’heure."),
            N_("Les anciennes restent valables deux semaines, puis leur moitié secrète est détruite."),
            N_("Ce qu’elles ont signé reste vérifiable pour toujours. Vos habitants ne remarquent rien."),
        ]
        button = N_("Changer les clés")
    return ask_again(
        request,
        title=gettext(request, title),
        said=[gettext(request, one) for one in said],
        button=gettext(request, button),
        fields={"leaked": "yes" if leaked else "no"},
        back=PAGE,
    )


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(PAGE, show, name="neighbours.keys"),
        aio.post(PAGE, rotate, name="neighbours.rotate"),
    ]
