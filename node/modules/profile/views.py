"""Pages of the profile: my story, my interests, my register. All are their owner's alone."""

from __future__ import annotations

import json
from collections.abc import Iterable

from aiohttp import web as aio

from node.civic import skills, themes
from node.core.errors import DomainError
from node.core.requests import node_of, require_login
from node.modules.profile import reading, service
from node.modules.profile.forms import InterestsInput
from node.modules.profile.values import ActionShown, Counted, Reason
from node.modules.profile.words import reason_text
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import gettext
from web.render import redirect, render

LATEST = 12


async def show(request: aio.Request) -> aio.Response:
    """My story, what I learnt, and what fits me."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    profile = await node_of(request).read(reading.profile, viewer.account_id)
    values = {
        "profile": profile,
        "fits": [(fit.mission, [_reason(request, why) for why in fit.reasons[:2]]) for fit in profile.suggestions],
        "story": [_line(request, action) for action in profile.actions[:LATEST]],
        "themes": [(gettext(request, themes.theme(item.key).label), item) for item in profile.totals.themes],
        "skills": _named(request, profile.totals.skills),
    }
    return render(request, "profile/show.html", values)


def _reason(request: aio.Request, reason: Reason) -> str:
    sentence, label = reason_text(reason)
    return gettext(request, sentence, label=gettext(request, label))


def _named(request: aio.Request, counted: Iterable[Counted]) -> list[tuple[str, Counted]]:
    return [(gettext(request, skills.BY_KEY[item.key].label), item) for item in counted if item.key in skills.BY_KEY]


def _line(request: aio.Request, action: ActionShown) -> tuple[ActionShown, str]:
    """An action and its skills in words."""
    return action, ", ".join(gettext(request, label) for label in skills.labels(action.skills))


async def interests(request: aio.Request) -> aio.Response:
    viewer = require_login(request)
    assert viewer.account_id is not None
    chosen = await node_of(request).read(reading.interests, viewer.account_id)
    initial = {"themes": list(chosen.themes), "skills": list(chosen.skills)}
    return _interests_page(request, blank(request, InterestsInput, initial))


def _interests_page(request: aio.Request, form: Form[InterestsInput]) -> aio.Response:
    values = {
        "form": form,
        "themes": [(theme.key, gettext(request, theme.label)) for theme in themes.THEMES],
        "skills": [(skill.key, gettext(request, skill.label)) for skill in skills.SKILLS],
    }
    return render(request, "profile/interests.html", values, status=form.status)


async def choose(request: aio.Request) -> aio.Response:
    """Keep my interests; none at all is a choice too."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    form = await bind(request, InterestsInput)
    if form.valid:
        try:
            await node_of(request).write(service.choose, viewer.account_id, form.value.themes, form.value.skills)
        except DomainError as error:
            form.refuse(request, error)
        else:
            flash(request, gettext(request, "C’est noté. Voici les missions qui vous vont."))
            return redirect(request, "profile.show")
    return _interests_page(request, form)


async def register(request: aio.Request) -> aio.Response:
    """My register, to print."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    found = await node_of(request).read(reading.register, viewer.account_id)
    lines = [_line(request, action) for action in found.actions]
    themes_of = {key: gettext(request, theme.label) for key, theme in themes.BY_KEY.items()}
    return render(
        request,
        "profile/register.html",
        {"register": found, "lines": lines, "themes": themes_of, "skills": _named(request, found.totals.skills)},
    )


async def evidence(request: aio.Request) -> aio.Response:
    """The signed statement about one of my actions, as a file."""
    viewer = require_login(request)
    assert viewer.account_id is not None
    action_id = request.match_info["id"]
    signed = await node_of(request).read(reading.evidence, viewer.account_id, action_id)
    headers = {"Content-Disposition": f'attachment; filename="action-{action_id}.json"'}
    body = json.dumps(signed, ensure_ascii=False, indent=1)
    return aio.Response(text=body, content_type="application/json", headers=headers)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/moi", show, name="profile.show"),
        aio.get("/moi/envies", interests, name="profile.interests"),
        aio.post("/moi/envies", choose, name="profile.choose"),
        aio.get("/moi/registre", register, name="profile.register"),
        aio.get("/moi/registre/{id:[0-9A-HJKMNP-TV-Z]{26}}", evidence, name="profile.evidence"),
    ]
