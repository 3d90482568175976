"""Settings and the log, for administrators."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import web as aio
from pydantic import BaseModel

from node.administration import modules, service
from node.administration.forms import CommuneInput, LogFilter, ModulesInput, choices, input_type
from node.core.config import ConfigError
from node.core.config_edit import change_section
from node.core.errors import DomainError, NotFound
from node.core.node import Node
from node.core.registry import Part
from node.core.requests import node_of, require_role
from node.core.unit import Unit
from web.flash import flash
from web.forms import Form, bind, bind_query, blank
from web.i18n import gettext
from web.render import redirect, render
from web.theme import is_readable

log = structlog.get_logger("node.administration")


async def settings(request: aio.Request) -> aio.StreamResponse:
    require_role(request, "administrator")
    return _overview(request)


def _overview(
    request: aio.Request, commune: Form[CommuneInput] | None = None, chosen: Form[ModulesInput] | None = None
) -> aio.StreamResponse:
    node = node_of(request)
    section = node.config.node
    known = {"tagline": section.tagline, "accent": section.accent, "contact": section.contact}
    commune = commune or blank(request, CommuneInput, known)
    chosen = chosen or blank(request, ModulesInput, {"modules": sorted(node.facts.modules)})
    context = {
        "commune": commune,
        "readable": is_readable(section.accent),
        "chosen": chosen,
        "options": [
            (line.name, gettext(request, line.title), gettext(request, line.summary) if line.summary else "")
            for line in modules.lines(node.runtime.registry, node.facts.modules)
            if not line.needed
        ],
        "parts": [(part.name, gettext(request, part.module.title)) for part in node.parts if part.module.settings],
    }
    return render(request, "administration/settings.html", context, status=max(commune.status, chosen.status))


async def change_commune(request: aio.Request) -> aio.StreamResponse:
    """The commune's own words and colour."""
    require_role(request, "administrator")
    form = await bind(request, CommuneInput)
    if form.valid and await _write(request, form, "commune-changed", form.value.model_dump()):
        flash(request, gettext(request, "C’est enregistré."))
        return redirect(request, "administration.settings")
    return _overview(request, commune=form)


async def change_modules(request: aio.Request) -> aio.StreamResponse:
    """Switch modules on and off. What a module holds stays."""
    require_role(request, "administrator")
    form = await bind(request, ModulesInput)
    if form.valid:
        wanted = modules.chosen(node_of(request).runtime.registry, form.value.modules)
        if await _write(request, form, "modules-changed", {"modules": wanted}):
            flash(request, gettext(request, "C’est enregistré."))
            return redirect(request, "administration.settings")
    return _overview(request, chosen=form)


async def _write(request: aio.Request, form: Form[Any], action: str, changes: Mapping[str, Any]) -> bool:
    """Note the change, then write `node.toml` and take it over. On failure the form says so."""
    node, viewer = node_of(request), require_role(request, "administrator")
    details = {key: value for key, value in changes.items() if getattr(node.config.node, key) != value}
    if not details:
        return True
    try:
        await asyncio.to_thread(change_section, node.folder, details)
        node.reload()
    except ConfigError as error:
        log.error("node.toml could not be changed", node=node.code, reason=str(error))
        form.refuse(request, DomainError("administration.not-written", status=503))
        return False
    await node.write(service.record_change, viewer, f"administration.{action}", details)
    return True


def _part(request: aio.Request) -> tuple[Part, type[BaseModel]]:
    node, name = node_of(request), request.match_info["part"]
    part = node.runtime.registry.by_name.get(name)
    model = part.settings_model() if part is not None and node.has(name) else None
    if part is None or model is None:
        raise NotFound("core.setting-unknown")
    return part, model


async def part_settings(request: aio.Request) -> aio.StreamResponse:
    """The settings of one part, as they are in force."""
    require_role(request, "administrator")
    part, model = _part(request)
    now = await node_of(request).read(_in_force, part.name, model)
    return _part_page(request, part, blank(request, model, now))


async def change_part_settings(request: aio.Request) -> aio.StreamResponse:
    viewer = require_role(request, "administrator")
    part, model = _part(request)
    node: Node = node_of(request)
    form: Form[Any] = await bind(request, model)
    if form.valid:
        base = node.file_settings(part.name)
        changed = await node.write(service.change_settings, viewer, part.name, base, form.value)
        flash(request, gettext(request, "C’est enregistré.") if changed else gettext(request, "Rien n’a changé."))
        return redirect(request, "administration.part_settings", part=part.name)
    return _part_page(request, part, form)


def _in_force(unit: Unit, part: str, model: type[BaseModel]) -> BaseModel:
    return unit.settings(part, model)


def _part_page(request: aio.Request, part: Part, form: Form[Any]) -> aio.StreamResponse:
    usual = node_of(request).file_settings(part.name).model_dump()
    fields = [
        {
            "name": name,
            "label": gettext(request, info.title or name),
            "type": input_type(info),
            "options": [(value, value) for value in choices(info)],
            "usual": usual[name],
        }
        for name, info in form.model.model_fields.items()
    ]
    context = {"part": part.name, "title": gettext(request, part.module.title), "form": form, "fields": fields}
    return render(request, "administration/part.html", context, status=form.status)


async def show_log(request: aio.Request) -> aio.StreamResponse:
    """Who did what with the powers of a role."""
    viewer = require_role(request, "administrator")
    filters = bind_query(request, LogFilter)
    wanted = filters.value if filters.valid else LogFilter.model_validate({})
    node = node_of(request)
    found, total = await node.read(service.log, viewer, part=wanted.part, page=wanted.page)
    parts = node.runtime.registry.parts
    words = {action: text for part in parts for action, text in part.module.audit.items()}
    context = {
        "filters": filters,
        "lines": found,
        "words": {action: gettext(request, text) for action, text in words.items()},
        "parts": [(part.name, gettext(request, part.module.title)) for part in parts if part.module.audit],
        "total": total,
        "page": wanted.page,
        "pages": max(1, -(-total // service.PAGE)),
        "query": {"part": wanted.part},
    }
    return render(request, "administration/log.html", context)


def routes() -> list[aio.RouteDef]:
    return [
        aio.get("/admin/reglages", settings, name="administration.settings"),
        aio.post("/admin/reglages/commune", change_commune, name="administration.change_commune"),
        aio.post("/admin/reglages/modules", change_modules, name="administration.change_modules"),
        aio.get("/admin/reglages/{part:[a-z_]+}", part_settings, name="administration.part_settings"),
        aio.post("/admin/reglages/{part:[a-z_]+}", change_part_settings, name="administration.change_part_settings"),
        aio.get("/admin/journal", show_log, name="administration.log"),
    ]
