"""Every error becomes a page, an htmx fragment or problem details, in the person's language."""

from __future__ import annotations

import traceback

import structlog
from aiohttp import web as aio
from aiohttp.typedefs import Handler

from web.config import DescribedError
from web.csrf import CsrfRefused
from web.i18n import N_, gettext
from web.keys import CONFIG, request_id_of
from web.limiting import TooMany
from web.marks import path_for_logs
from web.problems import Problem, Refused, is_htmx, problem_response, wants_json
from web.render import render

log = structlog.get_logger("web")

# status: (title, what to do)
WORDS: dict[int, tuple[str, str]] = {
    400: (N_("Demande illisible"), N_("Votre navigateur a envoyé une demande que nous n’avons pas comprise.")),
    401: (N_("Connectez-vous"), N_("Il faut être connecté pour voir cette page.")),
    403: (N_("Accès réservé"), N_("Cette page n’est pas ouverte à votre compte.")),
    404: (N_("Page introuvable"), N_("Cette page n’existe pas, ou n’existe plus.")),
    405: (N_("Action impossible"), N_("Cette adresse ne permet pas cette action.")),
    409: (N_("Action impossible"), N_("La situation a changé entre-temps. Rechargez la page pour la voir.")),
    410: (N_("Page retirée"), N_("Cette page a été retirée.")),
    413: (N_("Envoi trop lourd"), N_("Ce que vous envoyez dépasse la taille permise. Allégez-le et recommencez.")),
    422: (N_("À corriger"), N_("Certaines réponses ne conviennent pas.")),
    429: (N_("Doucement"), N_("Trop de demandes en peu de temps. Réessayez dans {seconds} secondes.")),
    500: (N_("Une erreur de notre côté"), N_("Quelque chose n’a pas fonctionné. Réessayez dans un instant.")),
    503: (N_("Service en pause"), N_("Le service reprend dans un instant. Réessayez.")),
}
EXPIRED_TITLE = N_("Page expirée")
EXPIRED = N_(
    "Cette page a attendu trop longtemps, ou l’envoi vient d’un autre site. "
    "Revenez en arrière, rechargez la page et recommencez."
)


def error_response(request: aio.Request, problem: Problem) -> aio.Response:
    """The problem in the form the other side wants."""
    if wants_json(request):
        return problem_response(request, problem)
    fallback = WORDS.get(problem.status, WORDS[400 if problem.status < 500 else 500])
    context = {
        "title": problem.title or gettext(request, fallback[0]),
        "detail": problem.detail or gettext(request, fallback[1]),
        "status": problem.status,
    }
    if is_htmx(request):
        response = render(request, "web/errors/fragment.html", context, status=problem.status)
        response.headers["HX-Retarget"] = "#flash"
        response.headers["HX-Reswap"] = "innerHTML"
    else:
        response = render(request, "web/errors/page.html", context, status=problem.status)
    response.headers.update(problem.headers)
    return response


def problem_of(request: aio.Request, error: Exception) -> Problem:
    """What to say about an exception; unknown ones are logged with their trace and become 500."""
    config = request.config_dict[CONFIG]
    if isinstance(error, aio.HTTPException):
        return _of_http(request, error)
    if isinstance(error, CsrfRefused):
        log.info("forged or stale request refused", reason=error.reason, path=path_for_logs(request))
        return Problem(403, code="web.csrf", title=gettext(request, EXPIRED_TITLE), detail=gettext(request, EXPIRED))
    if isinstance(error, TooMany):
        return _in_words(request, 429, "web.too-many", {"Retry-After": str(error.retry_after_s)}, error.retry_after_s)
    if config.domain_errors and isinstance(error, config.domain_errors):
        return describe(request, error)
    log.error(
        "unexpected error",
        request_id=request_id_of(request),
        path=path_for_logs(request),
        method=request.method,
        error=type(error).__name__,
        trace="".join(traceback.format_exception(error))[-8000:],
    )
    return _in_words(request, 500, "web.unexpected")


def described(request: aio.Request, error: Exception) -> DescribedError:
    """What `node` says about a domain error."""
    describe_error = request.config_dict[CONFIG].describe_error
    if describe_error is None:
        return DescribedError("web.domain", str(error))
    return DescribedError(*describe_error(error))


def describe(request: aio.Request, error: Exception) -> Problem:
    """The problem for a domain error, in the person's language."""
    said = described(request, error)
    text = gettext(request, said.text, **said.params)
    return Problem(said.status, code=said.key, detail=text, errors={said.field: text} if said.field else {})


def _in_words(
    request: aio.Request, status: int, code: str, headers: dict[str, str] | None = None, seconds: int = 0
) -> Problem:
    title, detail = WORDS.get(status, WORDS[400])
    return Problem(
        status,
        code=code,
        title=gettext(request, title),
        detail=gettext(request, detail, seconds=seconds),
        headers=headers or {},
    )


def _of_http(request: aio.Request, error: aio.HTTPException) -> Problem:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    if error.status not in WORDS:
        return Problem(error.status, code=f"http.{error.status}", detail=error.reason, headers=headers)
    return _in_words(request, error.status, f"http.{error.status}", headers)


@aio.middleware
async def error_middleware(request: aio.Request, handler: Handler) -> aio.StreamResponse:
    """Turn exceptions from the inside into answers; redirects and other HTTP answers below 400 pass."""
    try:
        return await handler(request)
    except aio.HTTPException as error:
        if error.status < 400:
            raise
        return error_response(request, problem_of(request, error))
    except Refused as refused:
        return problem_response(request, refused.problem)
    except Exception as error:
        return error_response(request, problem_of(request, error))
