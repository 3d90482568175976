"""Pages: one Jinja environment for all parts, and the two answers a view gives, a page or a redirect."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import jinja2
from aiohttp import web as aio
from jinja2 import pass_context
from jinja2.bccache import Bucket
from jinja2.utils import missing
from yarl import URL

from web import dates, flash, theme
from web.catalogue import Catalogues
from web.config import WebConfig
from web.csrf import token
from web.i18n import N_
from web.icons import icon
from web.keys import CONFIG, ENVIRONMENT, STATIC, request_id_of
from web.problems import is_htmx
from web.qr import qr_svg
from web.scope import current
from web.static_files import ROOT, StaticFiles
from web.text import euros, initials, markdown, number, typo
from web.typography import typographic

# The words the law has for it (décret n° 2019-768).
ACCESSIBILITY_STATUSES = (N_("non conforme"), N_("partiellement conforme"), N_("conforme"))
EMPTY_CONTEXT: Mapping[str, Any] = {
    "brand_name": "Ygor",
    "brand_tagline": "",
    "brand_logo_url": None,
    "accent": None,
    "home_url": "/",
    "nav": (),
    "thumbs": (),
    "viewer": None,
    "balance": None,
    "balance_url": None,
    "account_url": None,
    "sign_in_url": None,
    "sign_out_url": None,
    "footer_links": (),
    "accessibility_url": None,
    "accessibility_status": ACCESSIBILITY_STATUSES[0],
    "member_of": "",
    "banner": None,
    "banner_link": None,
}


class CompiledTemplates(jinja2.BytecodeCache):
    """Compiled templates shared by all environments of the process: a test makes many, a server one."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        found = self._compiled.get(bucket.key + bucket.checksum)
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = CompiledTemplates()


class StrictNames(jinja2.StrictUndefined):
    """Unknown names are errors; a missing key or attribute may be asked about (`{% if item.href %}`), not printed."""

    __slots__ = ()

    def __bool__(self) -> Any:  # the parent's type says it never returns; ours does for keys
        return self._fail_with_undefined_error() if self._undefined_obj is missing else False


def make_environment(config: WebConfig, catalogues: Catalogues, static: StaticFiles) -> jinja2.Environment:
    """The Jinja environment: autoescaping, strict about unknown variables, a prefix per part."""
    roots = {"web": ROOT.parent / "templates", **config.template_roots}
    environment = jinja2.Environment(
        loader=jinja2.PrefixLoader({name: jinja2.FileSystemLoader(path) for name, path in roots.items()}),
        autoescape=True,
        undefined=StrictNames,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
        cache_size=-1,
        auto_reload=False,
        bytecode_cache=_COMPILED,
    )
    _install_translations(environment, catalogues)
    environment.globals.update(
        csrf_token=lambda: token(_request()),
        icon=icon,
        qr_svg=qr_svg,
        static_url=static.url,
        url=_url,
        initials=initials,
        flash_messages=lambda: flash.take(_request()),
        locale=lambda: current().locale,
        current_path=lambda: _request().path_qs,
        request_id=_request_id,
        theme_version=_theme_version,
        **config.template_globals,
    )
    for name, function in {
        "markdown": markdown,
        "typo": typo,
        "number": number,
        "euros": euros,
        "date": dates.day,
        "datetime": dates.day_and_time,
        "time": dates.clock,
        "daterange": dates.day_range,
        "relative": dates.relative,
        "machine_date": dates.machine,
    }.items():
        environment.filters[name] = _at_render_time(function)
    return environment


def _at_render_time(function: Any) -> Any:
    # Jinja computes filters of constants once, when it compiles; ours depend on the reader's language.
    @pass_context
    def filter_(_context: Any, *args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return filter_


def _install_translations(environment: jinja2.Environment, catalogues: Catalogues) -> None:
    @pass_context
    def translate(_context: Any, text: str) -> str:
        locale = current().locale
        translated = catalogues.gettext(locale, text)
        return typographic(translated) if locale == "fr" else translated

    @pass_context
    def translate_plural(_context: Any, singular: str, plural: str, num: int) -> str:
        locale = current().locale
        translated = catalogues.ngettext(locale, singular, plural, num)
        return typographic(translated) if locale == "fr" else translated

    install: Any = environment
    install.install_gettext_callables(translate, translate_plural, newstyle=True)


def _request() -> aio.Request:
    request = current().request
    assert request is not None, "this template needs a request"
    return request


def _request_id() -> str:
    return request_id_of(_request())


def _url(name: str, query: Mapping[str, str] | None = None, **params: object) -> str:
    """The path of a named route: ``url("missions.show", id=mission.id)``."""
    return str(url_for(_request(), name, query=query, **params))


def _theme_version(accent: str | None) -> str:
    return hashlib.sha256(theme.theme_css(accent).encode()).hexdigest()[:8]


def url_for(request: aio.Request, name: str, *, query: Mapping[str, str] | None = None, **params: object) -> URL:
    """The path of a named route; KeyError when no part has it."""
    url = request.app.router[name].url_for(**{key: str(value) for key, value in params.items()})
    return url.with_query({k: str(v) for k, v in query.items()}) if query else url


def render(
    request: aio.Request, template: str, context: Mapping[str, Any] | None = None, *, status: int = 200
) -> aio.Response:
    """A page (or fragment) from a template; ``context`` adds to what the tenant gives every page."""
    body = render_text(request, template, context)
    return aio.Response(text=body, status=status, content_type="text/html", headers={"Vary": "Cookie, Accept-Language"})


def render_text(request: aio.Request, template: str, context: Mapping[str, Any] | None = None) -> str:
    """The same as text."""
    shared = request.config_dict[CONFIG].context(request)
    environment = request.config_dict[ENVIRONMENT]
    return environment.get_template(template).render({**EMPTY_CONTEXT, **shared, "request": request, **(context or {})})


def redirect(
    request: aio.Request, route_name: str, *, query: Mapping[str, str] | None = None, **params: object
) -> aio.Response:
    """303 to a named route, or to a path when ``route_name`` begins with "/". htmx is told to load the page."""
    target = route_name if route_name.startswith("/") else str(url_for(request, route_name, query=query, **params))
    if is_htmx(request):
        return aio.Response(status=200, headers={"HX-Redirect": target})
    return aio.Response(status=303, headers={"Location": target})


def keep_offline(response: aio.Response, *files: str) -> aio.Response:
    """Let the service worker keep this page for when there is no network (my card); forgotten at sign-out. `files`:
    addresses of scripts that it needs besides the shell."""
    response.headers["X-Ygor-Offline"] = "keep"
    if files:
        response.headers["X-Ygor-Offline-Files"] = " ".join(files)
    return response


def static_url(request: aio.Request, name: str) -> str:
    """The versioned address of a static file."""
    return request.config_dict[STATIC].url(name)
