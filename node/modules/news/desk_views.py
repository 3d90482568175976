"""Pages of the town hall: its articles, writing one with its files, publishing it at once or at a date, withdrawing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from aiohttp import web as aio

from node.core.errors import DomainError
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from node.core.viewer import STAFF
from node.media import public as media
from node.modules.news import reading, service
from node.modules.news.forms import (
    ArticleInput,
    Files,
    StepInput,
    filled,
    kept_files,
    theme_options,
)
from node.modules.news.reading import ArticlePage
from node.modules.news.rules import ArticleDraft, PictureDraft
from web.flash import flash
from web.forms import Form, bind, blank
from web.i18n import N_, gettext
from web.marks import body_limit
from web.render import redirect, render

MOST_ON_BOARD = 200
DONE = {
    "published": N_("L’article est publié."),
    "scheduled": N_("L’article paraîtra à la date choisie."),
    "withdrawn": N_("L’article n’est plus montré."),
    "draft": N_("L’article est enregistré, comme brouillon."),
}


async def board(request: aio.Request) -> aio.Response:
    """All articles of the town hall."""
    require_role(request, *STAFF)
    cards = await node_of(request).read(reading.board, limit=MOST_ON_BOARD)
    return render(request, "news/board.html", {"cards": cards})


async def new(request: aio.Request) -> aio.Response:
    require_role(request, *STAFF)
    return _form_page(request, blank(request, ArticleInput), Files())


@body_limit(media.LARGEST_UPLOAD_BYTES)
async def create(request: aio.Request) -> aio.Response:
    viewer = require_role(request, *STAFF)
    form = await bind(request, ArticleInput)
    files = await _files(request, form)
    if form.valid:
        try:
            article_id, state = await node_of(request).write(
                _create, viewer.account_id or "", form.value.draft(files), await _publish_at(request, form)
            )
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _saved(request, article_id, state)
    return _form_page(request, form, files)


async def edit(request: aio.Request) -> aio.Response:
    require_role(request, *STAFF)
    page, draft = await node_of(request).read(_stored, request.match_info["id"])
    form = blank(request, ArticleInput, filled(draft, page.version, page.publish_at))
    return _form_page(request, form, _kept(form), page)


@body_limit(media.LARGEST_UPLOAD_BYTES)
async def update(request: aio.Request) -> aio.Response:
    viewer = require_role(request, *STAFF)
    node = node_of(request)
    page = await node.read(reading.page, request.match_info["id"])
    form = await bind(request, ArticleInput)
    files = await _files(request, form)
    if form.valid:
        publish_at = await _publish_at(request, form)
        draft, version = form.value.draft(files), form.value.version
        try:
            state = await node.write(_edit, viewer.account_id or "", page.id, version, draft, publish_at)
        except DomainError as error:
            form.refuse(request, error)
        else:
            return _saved(request, page.id, state)
    return _form_page(request, form, files, page)


async def change_state(request: aio.Request) -> aio.Response:
    """Publish (now or at a date), or withdraw."""
    viewer = require_role(request, *STAFF)
    node, article_id = node_of(request), request.match_info["id"]
    if request.match_info["step"] == "retirer":
        state = await node.write(service.withdraw, viewer.account_id or "", article_id)
    else:
        form = await bind(request, StepInput)
        publish_at = form.value.publish_at if form.valid else None
        if not form.valid:
            flash(request, next(iter(form.errors.values())), "bad")
            return redirect(request, "news.show", id=article_id)
        state = await node.write(service.publish, viewer.account_id or "", article_id, publish_at)
    return _saved(request, article_id, state)


def _kept(form: Form[ArticleInput]) -> Files:
    return kept_files(form.text("kept_picture"), form.text("kept_film"), form.text("kept_captions"))


async def _files(request: aio.Request, form: Form[ArticleInput]) -> Files:
    """The files of a posted form: those kept from before, without what is to go, with what was sent now. What cannot be
    kept is objected to beside its field."""
    node, files = node_of(request), _kept(form)
    if form.text("drop_picture"):
        files = replace(files, picture=None)
    if form.text("drop_film"):
        files = replace(files, film="", captions="")
    if sent := form.files.get("picture"):
        try:
            stored = await media.store_picture(node, sent.body)
            picture = PictureDraft(stored.name, stored.small_name, stored.width, stored.height, "")
            files = replace(files, picture=picture)
        except DomainError as error:
            form.refuse(request, error)
    if sent := form.files.get("film"):
        try:
            files = replace(files, film=await media.store_film(node, sent.body))
        except DomainError as error:
            form.refuse(request, error)
    if sent := form.files.get("captions"):
        try:
            files = replace(files, captions=await media.store_captions(node, sent.body))
        except DomainError as error:
            form.refuse(request, error)
    form.raw.update({**files.kept(), "drop_picture": "", "drop_film": ""})
    return files


async def _publish_at(request: aio.Request, form: Form[ArticleInput]) -> datetime | bool:
    """When to publish: a moment, at once (True), or not now (False)."""
    if (await request.post()).get("action") != "publish":
        return False
    return form.value.publish_at or True


def _saved(request: aio.Request, article_id: str, state: str) -> aio.Response:
    flash(request, gettext(request, DONE[state]))
    return redirect(request, "news.show", id=article_id)


def _form_page(request: aio.Request, form: Form[Any], files: Files, page: ArticlePage | None = None) -> aio.Response:
    values = {
        "form": form,
        "article": page,
        "state": page.state if page else "draft",
        "files": files,
        "media_path": media.path,
        "theme_options": [(key, gettext(request, label)) for key, label in theme_options()],
    }
    return render(request, "news/form.html", values, status=form.status)


def _stored(unit: Unit, article_id: str) -> tuple[ArticlePage, ArticleDraft]:
    return reading.page(unit, article_id), service.draft_of(service.find(unit, article_id))


def _create(unit: Unit, actor_id: str, draft: ArticleDraft, publish_at: datetime | bool) -> tuple[str, str]:
    article_id = service.create(unit, actor_id, draft)
    return article_id, _publish(unit, actor_id, article_id, publish_at)


def _edit(
    unit: Unit, actor_id: str, article_id: str, version: int, draft: ArticleDraft, publish_at: datetime | bool
) -> str:
    service.edit(unit, actor_id, article_id, version, draft)
    return _publish(unit, actor_id, article_id, publish_at)


def _publish(unit: Unit, actor_id: str, article_id: str, publish_at: datetime | bool) -> str:
    if publish_at is False:
        return service.find(unit, article_id).state
    return service.publish(unit, actor_id, article_id, None if publish_at is True else publish_at)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/actualites/bureau", board, name="news.board"),
        aio.get("/actualites/nouveau", new, name="news.new"),
        aio.post("/actualites/nouveau", create, name="news.create"),
        aio.get("/actualites/{id}/modifier", edit, name="news.edit"),
        aio.post("/actualites/{id}/modifier", update, name="news.update"),
        aio.post("/actualites/{id}/{step:publier|retirer}", change_state, name="news.change-state"),
    ]
