"""Pages: messages that could not be delivered, to send again or to drop."""

from __future__ import annotations

from aiohttp import web as aio

from node.core import audit
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.neighbours import letters, outbox
from node.neighbours.forms import SureInput
from node.neighbours.telling import ask_again, words_of
from web.flash import flash
from web.forms import bind
from web.i18n import N_, gettext, ngettext
from web.render import redirect, render

ADMIN = "administrator"
MOST = 200
HOST = "/admin/voisins/{host}"
LETTER = "/admin/messages-abandonnes/{id}"


async def index(request: aio.Request) -> aio.Response:
    """All dead letters, also those for hosts at which we know nobody any more."""
    require_role(request, ADMIN)

    def read(unit: Unit) -> tuple[tuple[letters.Letter, ...], int]:
        return letters.letters(unit, "dead", None, MOST), outbox.backlog(unit, None).dead

    dead, count = await node_of(request).read(read)
    return render(request, "neighbours/letters.html", {"letters": dead, "count": count, **words_of(request)})


async def resend(request: aio.Request) -> aio.Response:
    """One letter once more."""
    require_role(request, ADMIN)
    host = await node_of(request).write(letters.revive, request.match_info["id"])
    flash(request, gettext(request, N_("Le message sera renvoyé.")))
    return _back(request, host)


async def resend_all(request: aio.Request) -> aio.Response:
    require_role(request, ADMIN)
    host = request.match_info["host"]
    count = await node_of(request).write(letters.resend, host)
    flash(request, ngettext(request, "{num} message sera renvoyé.", "{num} messages seront renvoyés.", count))
    return _back(request, host)


async def drop(request: aio.Request) -> aio.Response:
    """One letter gone for good, after a second question."""
    viewer = require_role(request, ADMIN)
    form = await bind(request, SureInput)
    if not form.valid or form.value.sure != "yes":
        return _ask(request, N_("Supprimer ce message ?"), "/admin/messages-abandonnes")

    def do(unit: Unit) -> str:
        host = letters.drop(unit, request.match_info["id"])
        audit.record(unit, viewer.account_id or "", "neighbours.letter-dropped", host[:200])
        return host

    host = await node_of(request).write(do)
    flash(request, gettext(request, N_("Le message est supprimé.")))
    return _back(request, host)


async def drop_all(request: aio.Request) -> aio.Response:
    viewer, host = require_role(request, ADMIN), request.match_info["host"]
    form = await bind(request, SureInput)
    if not form.valid or form.value.sure != "yes":
        return _ask(request, N_("Supprimer tous ces messages ?"), f"/admin/voisins/{host}")

    def do(unit: Unit) -> int:
        count = letters.drop_all(unit, host)
        audit.record(unit, viewer.account_id or "", "neighbours.letters-dropped", host[:200], count=count)
        return count

    count = await node_of(request).write(do)
    flash(request, ngettext(request, "{num} message est supprimé.", "{num} messages sont supprimés.", count))
    return _back(request, host)


def _ask(request: aio.Request, title: str, back: str) -> aio.Response:
    said = [gettext(request, N_("Le destinataire ne saura jamais ce qu’il disait. On ne peut pas revenir en arrière."))]
    button = gettext(request, N_("Supprimer pour toujours"))
    return ask_again(request, title=gettext(request, title), said=said, button=button, fields={}, back=back)


def _back(request: aio.Request, host: str) -> aio.Response:
    """To the page the button stood on."""
    if request.query.get("depuis") == "liste":
        return redirect(request, "neighbours.letters")
    return redirect(request, "neighbours.peer", host=host)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/admin/messages-abandonnes", index, name="neighbours.letters"),
        aio.post(LETTER + "/renvoyer", resend, name="neighbours.letter-resend"),
        aio.post(LETTER + "/supprimer", drop, name="neighbours.letter-drop"),
        aio.post(HOST + "/renvoyer", resend_all, name="neighbours.resend"),
        aio.post(HOST + "/supprimer", drop_all, name="neighbours.drop"),
    ]
