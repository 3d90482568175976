"""Forms: one pydantic model for what a browser sends and what the JSON API takes; what was typed is never lost.

    form = await bind(request, MissionInput)            # POST
    if form.valid:
        try:
            await node.write(service.create, form.value)
            return redirect(request, "missions.index")
        except DomainError as error:
            form.refuse(request, error)
    return render(request, "missions/new.html", {"form": form}, status=form.status)

``blank(request, MissionInput, {...})`` makes the empty (or prefilled) form of a GET, ``bind_query`` reads filters
from the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from aiohttp import web as aio
from multidict import MultiMapping
from pydantic import BaseModel, ValidationError

from web.errors import described
from web.form_values import LONGEST_TEXT, NoSuchTime, has_forbidden, kinds, shown, tidy, value_for
from web.form_words import FORBIDDEN_CHARACTER, NO_SUCH_TIME, TOO_LONG, words_for
from web.i18n import gettext
from web.scope import current

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as sent: its name is the sender's word, its type too; check both."""

    filename: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What the model says about a field, for the HTML attributes."""

    required: bool = False
    optional: bool = False
    is_list: bool = False
    max_length: int | None = None
    min_length: int | None = None
    least: Any = None
    most: Any = None


class Form(Generic[M]):
    """What was typed (`raw`), what is wrong with it (`errors`, field → text; "" for the whole form), or the value."""

    def __init__(self, model: type[M], raw: dict[str, str | list[str]], *, bound: bool) -> None:
        self.model = model
        self.raw = raw
        self.bound = bound
        self.errors: dict[str, str] = {}
        self.files: dict[str, Upload] = {}
        self._value: M | None = None

    @property
    def valid(self) -> bool:
        """Whether there is a value and nothing was objected to."""
        return self._value is not None and not self.errors

    @property
    def status(self) -> int:
        """The status for showing the form again: 422 when something is wrong, else 200."""
        return 422 if self.errors else 200

    @property
    def value(self) -> M:
        """The validated model; ValueError when the form is not valid."""
        if self._value is None or self.errors:
            raise ValueError("the form is not valid")
        return self._value

    def add_error(self, field: str, text: str) -> None:
        """Object to a field ("" for the whole form); the first objection to a field stays."""
        self.errors.setdefault(field, str(text))

    def refuse(self, request: aio.Request, error: Exception) -> None:
        """Show a domain error beside its field, else above the form."""
        said = described(request, error)
        field = said.field if said.field in self.model.model_fields else ""
        self.add_error(field or "", gettext(request, said.text, **said.params))

    def rules(self, name: str) -> FieldRules:
        """The field's rules for the HTML attributes; none for a name the model does not have."""
        return rules_of(self.model, name)

    def text(self, name: str) -> str:
        """What stands in a field."""
        value = self.raw.get(name, "")
        return value if isinstance(value, str) else (value[-1] if value else "")

    def texts(self, name: str) -> list[str]:
        """What stands in a field with several answers."""
        value = self.raw.get(name, [])
        return [value] if isinstance(value, str) else value


def rules_of(model: type[BaseModel], name: str) -> FieldRules:
    """Read lengths and bounds from the model's field."""
    info = model.model_fields.get(name)
    if info is None:
        return FieldRules()
    inner, is_list, optional = kinds(info.annotation)
    found: dict[str, Any] = {}
    for rule in info.metadata:
        for key in ("max_length", "min_length", "ge", "gt", "le", "lt"):
            if getattr(rule, key, None) is not None:
                found[key] = getattr(rule, key)
    whole = isinstance(inner, type) and issubclass(inner, int)
    least = found.get("ge", found["gt"] + 1 if whole and "gt" in found else None)
    most = found.get("le", found["lt"] - 1 if whole and "lt" in found else None)
    empty_default = not info.is_required() and not info.get_default(call_default_factory=True)
    return FieldRules(
        optional=(empty_default or (info.is_required() and optional)) and inner is not bool and not is_list,
        required=info.is_required() and not optional and inner is not bool and not is_list,
        is_list=is_list,
        max_length=found.get("max_length"),
        min_length=found.get("min_length"),
        least=least,
        most=most,
    )


async def bind(request: aio.Request, model: type[M], *, extra: Mapping[str, Any] | None = None) -> Form[M]:
    """Read a posted form (urlencoded or multipart); ``extra`` are values the server adds before validation.

    Raises HTTPBadRequest when the body cannot be read as a form at all.
    """
    try:
        posted = await request.post()
    except (ValueError, LookupError) as error:
        raise aio.HTTPBadRequest(text="unreadable form") from error
    files: dict[str, Upload] = {}
    for name, item in posted.items():
        if isinstance(item, aio.FileField) and item.filename:
            with item.file as sent:  # closed here: a request with a body limit of its own is a copy nobody closes
                files[name] = Upload(item.filename[:200], item.content_type, sent.read())
    form = _bound(request, model, posted, extra or {})
    form.files = files
    return form


def bind_query(request: aio.Request, model: type[M]) -> Form[M]:
    """Read filters from the address (``?theme=…&page=2``)."""
    return _bound(request, model, request.query, {})


def blank(request: aio.Request, model: type[M], initial: BaseModel | Mapping[str, Any] | None = None) -> Form[M]:
    """The form of a GET: empty, or filled from a model or mapping (times are shown local)."""
    timezone = current().timezone
    values: dict[str, Any] = {
        name: info.get_default(call_default_factory=True)
        for name, info in model.model_fields.items()
        if not info.is_required()
    }
    if initial is not None:
        values.update(initial.model_dump() if isinstance(initial, BaseModel) else initial)
    return Form(model, {name: shown(value, timezone) for name, value in values.items()}, bound=False)


def _bound(request: aio.Request, model: type[M], sent: MultiMapping[Any], extra: Mapping[str, Any]) -> Form[M]:
    timezone: ZoneInfo = current().timezone
    raw: dict[str, str | list[str]] = {}
    values: dict[str, Any] = {}
    objections: dict[str, tuple[str, Mapping[str, object]]] = {}
    for name, info in model.model_fields.items():
        texts = [tidy(text) for text in sent.getall(name, []) if isinstance(text, str)]
        is_list = kinds(info.annotation)[1]
        raw[name] = texts if is_list else (texts[-1] if texts else "")
        if any(has_forbidden(text) for text in texts):
            objections[name] = (FORBIDDEN_CHARACTER, {})
        elif any(len(text) > LONGEST_TEXT for text in texts) and rules_of(model, name).max_length is None:
            objections[name] = (TOO_LONG, {"max_length": LONGEST_TEXT})
        try:
            present, value = value_for(info, texts, timezone)
        except NoSuchTime:
            objections[name] = (NO_SUCH_TIME, {})
            continue
        if present:
            values[info.validation_alias if isinstance(info.validation_alias, str) else name] = value
    form: Form[M] = Form(model, raw, bound=True)
    for name, (text, params) in objections.items():
        form.add_error(name, gettext(request, text, **params))
    validate(request, form, {**values, **extra})
    return form


def validate(request: aio.Request, form: Form[M], values: Mapping[str, Any]) -> None:
    """Let pydantic judge; its objections join the form's errors."""
    try:
        form._value = form.model.model_validate(dict(values))
    except ValidationError as error:
        for name, text in explain(request, error, form.model).items():
            form.add_error(name, text)


def explain(request: aio.Request, error: ValidationError, model: type[BaseModel]) -> dict[str, str]:
    """pydantic's objections in the person's language, by field name ("" for the whole)."""
    by_alias = {info.validation_alias or info.alias or name: name for name, info in model.model_fields.items()}
    said: dict[str, str] = {}
    for item in error.errors(include_url=False, include_input=False):
        place = str(item["loc"][0]) if item["loc"] else ""
        text, params = words_for(item["type"], item["msg"], item.get("ctx", {}))
        said.setdefault(by_alias.get(place, place), gettext(request, text, **params))
    return said


__all__ = ["FieldRules", "Form", "Upload", "bind", "bind_query", "blank", "explain", "rules_of"]
