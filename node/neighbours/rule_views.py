"""Pages: who may federate with us."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_role
from node.neighbours import pages, rules
from node.neighbours.forms import ListedInput, RuleInput
from node.neighbours.rules import Consequences
from node.neighbours.telling import ask_again
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext, ngettext
from web.render import redirect, render

ADMIN = "administrator"
PAGE = "/admin/voisins-regles"
SHOWN = 12


async def show(request: aio.Request) -> aio.Response:
    require_role(request, ADMIN)
    return await _page(request, blank(request, RuleInput, {"host": request.query.get("domaine", ""), "rule": "block"}))


async def _page(request: aio.Request, form: Form[RuleInput]) -> aio.Response:
    found, only_listed = await node_of(request).read(pages.rules_page)
    values = {"rules": found, "only_listed": only_listed, "form": form}
    return render(request, "neighbours/rules.html", values, status=form.status)


async def decide(request: aio.Request) -> aio.Response:
    """Set or take away a rule; whoever is parted with by it is named first."""
    viewer = require_role(request, ADMIN)
    node, form = node_of(request), await bind(request, RuleInput)
    if not form.valid:
        return await _page(request, form)
    value = form.value
    chosen = None if value.rule == "none" else value.rule
    try:
        ends = await node.write(rules.consequences, value.host, chosen)
        if ends.peers and value.sure != "yes":
            title = gettext(request, N_("Bloquer {host} ?"), host=ends.host)
            if chosen is None:
                title = gettext(request, N_("Retirer la règle de {host} ?"), host=ends.host)
            fields = {"host": value.host, "rule": value.rule, "reason": value.reason}
            return _ask(request, title, ends, fields)
        await node.write(rules.set_rule, value.host, chosen, value.reason, viewer.account_id or "")
    except DomainError as error:
        form.refuse(request, error)
        return await _page(request, form)
    flash(request, gettext(request, N_("La règle est enregistrée.")))
    return redirect(request, "neighbours.rules")


async def decide_list(request: aio.Request) -> aio.Response:
    """Federate with allowed hosts alone, or with everybody who is not blocked."""
    viewer = require_role(request, ADMIN)
    node, form = node_of(request), await bind(request, ListedInput)
    if not form.valid:
        return redirect(request, "neighbours.rules")
    only = form.value.only_listed == "yes"
    if only and form.value.sure != "yes":
        ends = await node.write(rules.consequences_of_list)
        if ends.peers:
            title = gettext(request, N_("Ne parler qu’aux domaines autorisés ?"))
            return _ask(request, title, ends, {"only_listed": "yes"})
    await node.write(rules.set_only_listed, only, viewer.account_id or "")
    said = N_("Seuls les domaines autorisés passent.") if only else N_("Tous les domaines non bloqués passent.")
    flash(request, gettext(request, said))
    return redirect(request, "neighbours.rules")


def _ask(request: aio.Request, title: str, ends: Consequences, fields: dict[str, str]) -> aio.Response:
    said = [
        gettext(
            request, N_("Nous ne les suivons plus et elles ne nous suivent plus ; leurs missions disparaissent ici.")
        ),
        gettext(request, N_("Des conditions signées restent écrites, mais plus aucun paiement ne passe avec elles.")),
        gettext(request, N_("Retirer la règle plus tard ne rétablit rien : il faudra les suivre de nouveau.")),
    ]
    if ends.letters:
        dropped = ngettext(
            request, "{num} message en attente est supprimé.", "{num} messages en attente sont supprimés.", ends.letters
        )
        said.append(dropped)
    listed = list(ends.peers[:SHOWN])
    if len(ends.peers) > SHOWN:
        listed.append(gettext(request, N_("et {count} autres"), count=len(ends.peers) - SHOWN))
    button = gettext(request, N_("Oui, rompre l’échange"))
    return ask_again(request, title=title, said=said, button=button, fields=fields, back=PAGE, listed=listed)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get(PAGE, show, name="neighbours.rules"),
        aio.post(PAGE, decide, name="neighbours.rule"),
        aio.post(PAGE + "/liste", decide_list, name="neighbours.only-listed"),
    ]
