"""Pages of this part: the desk's list, a resident's own, and the page where one looks after an organisation."""

from __future__ import annotations

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_login, require_role
from node.core.unit import Unit
from node.core.viewer import Viewer
from node.organisations import public, service
from node.organisations.care_views import routes as care_routes
from node.organisations.forms import ListFilter, NewInput, OrganisationInput, RequestInput
from node.organisations.public import Organisation
from node.organisations.service import Draft
from node.organisations.words import KIND_WORDS, STATE_WORDS
from web.flash import flash
from web.forms import Form, bind, bind_query, blank
from web.i18n import gettext
from web.render import redirect, render

STAFF = ("agent", "administrator")


async def index(request: aio.Request) -> aio.StreamResponse:
    """The desk's list by state; requests are counted on their tab."""
    require_role(request, *STAFF)
    filters = bind_query(request, ListFilter)
    state = filters.value.state if filters.valid else "active"
    every = await node_of(request).read(public.listing, state=None)
    counts = {name: sum(organisation.state == name for organisation in every) for name in STATE_WORDS}
    context = {
        "organisations": [organisation for organisation in every if organisation.state == state],
        "state": state,
        "states": [(name, gettext(request, words), counts[name]) for name, words in STATE_WORDS.items()],
        "kinds": {kind: gettext(request, words) for kind, words in KIND_WORDS.items()},
    }
    return render(request, "organisations/index.html", context)


async def new(request: aio.Request) -> aio.StreamResponse:
    require_role(request, *STAFF)
    return _form_page(request, blank(request, NewInput), staff=True)


async def create(request: aio.Request) -> aio.StreamResponse:
    require_role(request, *STAFF)
    return await _create(request, await bind(request, NewInput), staff=True)


async def mine(request: aio.Request) -> aio.StreamResponse:
    """What I act for, and what I asked for."""
    viewer = require_login(request)
    waiting = await node_of(request).read(_asked_by, viewer)
    context = {"memberships": viewer.memberships, "waiting": waiting}
    return render(request, "organisations/mine.html", context)


async def ask(request: aio.Request) -> aio.StreamResponse:
    require_login(request)
    return _form_page(request, blank(request, RequestInput), staff=False)


async def send_request(request: aio.Request) -> aio.StreamResponse:
    require_login(request)
    return await _create(request, await bind(request, RequestInput), staff=False)


def draft_of(typed: OrganisationInput, kind: str) -> Draft:
    return Draft(
        name=typed.name,
        kind=kind,
        summary=typed.summary,
        description=typed.description,
        email=typed.email,
        website=typed.website,
        address=typed.address,
    )


def _asked_by(unit: Unit, viewer: Viewer) -> tuple[Organisation, ...]:
    waiting = public.listing(unit, state="pending")
    return tuple(organisation for organisation in waiting if organisation.requested_by == viewer.account_id)


async def _create(
    request: aio.Request, form: Form[NewInput] | Form[RequestInput], *, staff: bool
) -> aio.StreamResponse:
    viewer = require_login(request)
    if form.valid:
        draft = draft_of(form.value, form.value.kind)
        try:
            made = await node_of(request).write(service.create, viewer, draft)
        except DomainError as error:
            form.refuse(request, error)
        else:
            if made.state == "active":
                flash(request, gettext(request, "{name} est ouverte. Ajoutez qui agit pour elle.", name=made.name))
            else:
                flash(request, gettext(request, "Votre demande est partie. La commune vous répond par e-mail."))
            return redirect(request, "organisations.care", slug=made.slug)
    return _form_page(request, form, staff=staff)


def _form_page(request: aio.Request, form: Form[NewInput] | Form[RequestInput], *, staff: bool) -> aio.Response:
    kinds = [(k, gettext(request, words)) for k, words in KIND_WORDS.items() if staff or k != "service"]
    context = {"form": form, "kinds": kinds, "staff": staff}
    return render(request, "organisations/new.html", context, status=form.status)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/admin/organisations", index, name="organisations.index"),
        aio.get("/admin/organisations/nouvelle", new, name="organisations.new"),
        aio.post("/admin/organisations/nouvelle", create, name="organisations.create"),
        aio.get("/moi/organisations", mine, name="organisations.mine"),
        aio.get("/moi/organisations/demander", ask, name="organisations.ask"),
        aio.post("/moi/organisations/demander", send_request, name="organisations.send_request"),
        *care_routes(),
    ]
