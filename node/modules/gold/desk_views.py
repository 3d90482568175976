"""The agents' desk: planning draws and instant wins, handing over what was won."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.ids import new_id
from node.core.requests import node_of, require_role
from node.core.viewer import STAFF
from node.modules.gold import instants, planning, prizes, reading, rules
from node.modules.gold.forms import DrawInput, InstantInput, moments, plan_of
from node.modules.gold.words import STATES
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.render import redirect, render
from web.scope import current


async def desk(request: aio.Request) -> aio.Response:
    _staff(request)
    node = node_of(request)
    cards = await node.read(reading.listing, states=("planned", "announced", "held", "withdrawn"))
    values = {
        "cards": cards,
        "states": STATES,
        "waiting": await node.read(reading.to_hand_over),
        "reserve": await node.read(reading.reserve),
    }
    return render(request, "gold/desk.html", values)


async def new(request: aio.Request) -> aio.Response:
    _staff(request)
    node = node_of(request)
    today = node.runtime.clock().astimezone(current().timezone).date()
    given = {
        "draw_id": new_id(),
        "from_day": (today - timedelta(days=30)).isoformat(),
        "until_day": (today - timedelta(days=1)).isoformat(),
        "cap": "3",
    }
    return await _form_page(request, blank(request, DrawInput, given))


async def create(request: aio.Request) -> aio.Response:
    viewer = _staff(request)
    form = await bind(request, DrawInput)
    if form.valid:
        try:
            wanted = plan_of(form.value, current().timezone)
            draw_id = await node_of(request).write(planning.plan, viewer, wanted, form.value.draw_id)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("Le tirage est prévu. Il sera annoncé dès la fin de la période.")))
            return redirect(request, "gold.show", id=draw_id)
    return await _form_page(request, form)


async def _form_page(request: aio.Request, form: Form[Any]) -> aio.Response:
    node = node_of(request)
    choices = await node.read(reading.witness_choices)
    values = {
        "form": form,
        "choices": choices,
        "options": [(choice.actor, choice.name, choice.host) for choice in choices],
        "reserve": await node.read(reading.reserve),
        "most": rules.MOST_WITNESSES,
    }
    return render(request, "gold/form.html", values, status=form.status)


async def withdraw(request: aio.Request) -> aio.Response:
    viewer = _staff(request)
    await node_of(request).write(planning.withdraw, viewer, request.match_info["id"])
    flash(request, gettext(request, N_("Le tirage est abandonné.")))
    return redirect(request, "gold.desk")


async def hand_over(request: aio.Request) -> aio.Response:
    viewer = _staff(request)
    await node_of(request).write(prizes.hand_over, viewer, request.match_info["prize"])
    flash(request, gettext(request, N_("C’est noté : le lot est remis.")))
    return redirect(request, "gold.desk")


async def new_instant(request: aio.Request) -> aio.Response:
    _staff(request)
    today = node_of(request).runtime.clock().astimezone(current().timezone).date()
    given = {
        "schedule_id": new_id(),
        "from_day": today.isoformat(),
        "until_day": (today + timedelta(days=30)).isoformat(),
        "chance": "1 sur 20",
        "gold": "1",
        "most": "100",
    }
    return render(request, "gold/instant_form.html", {"form": blank(request, InstantInput, given)})


async def create_instant(request: aio.Request) -> aio.Response:
    viewer = _staff(request)
    form = await bind(request, InstantInput)
    if form.valid:
        value = form.value
        starts, until = moments(value, current().timezone)
        try:
            chance = rules.read_chance(value.chance)
            await node_of(request).write(
                instants.announce, viewer, value.schedule_id, starts, until, chance, value.gold, value.most
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, N_("C’est annoncé : les prochaines actions peuvent gagner.")))
            return redirect(request, "gold.instants")
    return render(request, "gold/instant_form.html", {"form": form}, status=form.status)


def _staff(request: aio.Request) -> str:
    """The agent's or administrator's account. Raises Forbidden."""
    return require_role(request, *STAFF).account_id or ""


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/gestion/tirages", desk, name="gold.desk"),
        aio.get("/gestion/tirages/nouveau", new, name="gold.new"),
        aio.post("/gestion/tirages", create, name="gold.create"),
        aio.post("/gestion/tirages/{id:[0-9A-Z]{26}}/abandonner", withdraw, name="gold.withdraw"),
        aio.post("/gestion/lots/{prize:[0-9A-Z]{26}}/remis", hand_over, name="gold.hand-over"),
        aio.get("/gestion/tirages/instantanes", new_instant, name="gold.new-instant"),
        aio.post("/gestion/tirages/instantanes", create_instant, name="gold.create-instant"),
    ]
