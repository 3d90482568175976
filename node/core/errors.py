"""What the domain refuses. The key names a sentence in the part's manifest; the edge translates it."""

from __future__ import annotations


class DomainError(Exception):
    """A rule said no and nothing was changed.

    `key` is `part.reason` and stands in the `errors` of a manifest; `params` fill its placeholders; `field` links the
    sentence to a form field; `status` is the HTTP status the edge answers with.
    """

    default_status = 409

    def __init__(self, key: str, *, field: str | None = None, status: int | None = None, **params: object) -> None:
        super().__init__(key, params)
        self.key = key
        self.field = field
        self.status = status if status is not None else self.default_status
        self.params = params

    def __str__(self) -> str:
        return f"{self.key} {self.params}" if self.params else self.key


class NotFound(DomainError):
    default_status = 404


class Forbidden(DomainError):
    default_status = 403


class Conflict(DomainError):
    default_status = 409


class Invalid(DomainError):
    default_status = 422


CORE_ERRORS = {
    "core.not-found": "Cette page n’existe pas ou n’est plus là.",
    "core.forbidden": "Cette page est réservée à d’autres personnes.",
    "core.stale": "Quelqu’un d’autre vient de modifier cette page. Rechargez-la, puis recommencez.",
    "core.too-many": "Trop d’essais en peu de temps. Patientez un peu avant de recommencer.",
    "core.busy": "Le service est très occupé. Recommencez dans un instant.",
    "core.mail-header": "Cette adresse ou cet objet ne peut pas servir dans un e-mail.",
    "core.setting-unknown": "Ce réglage n’existe pas.",
}
