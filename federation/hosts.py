"""What we remember about a host we talk to: which signatures it takes, whether it answers, what its clock says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from federation import breaker
from federation.breaker import Breaker
from protocols.types import Json, JsonObject


class SignatureKind(Enum):
    """The three ways we sign an HTTP request."""

    CAVAGE = "cavage"
    RFC9421_RSA = "rfc9421-rsa"
    RFC9421_ED25519 = "rfc9421-ed25519"


@dataclass(frozen=True, slots=True)
class HostState:
    """One host's record. `host` is an authority: lower-case name, with the port where it is not the default one.

    `advertised` is the signature kind its documents announce (FEP-844e), `signature` the one that last worked.
    """

    host: str
    signature: SignatureKind | None = None
    advertised: SignatureKind | None = None
    breaker: Breaker = field(default=breaker.CLOSED)
    last_heard: datetime | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
    last_error: str | None = None
    clock_skew_s: int | None = None

    def knocks(self) -> tuple[SignatureKind, SignatureKind]:
        """The kinds to try, in order: what worked, else what is advertised, else cavage; then the other dialect."""
        first = self.signature or self.advertised or SignatureKind.CAVAGE
        if first is SignatureKind.CAVAGE:
            return first, self.advertised or SignatureKind.RFC9421_RSA
        return first, SignatureKind.CAVAGE

    def to_json(self) -> JsonObject:
        """For a JSON column; `from_json` reads it back."""
        return {
            "host": self.host,
            "signature": self.signature.value if self.signature else None,
            "advertised": self.advertised.value if self.advertised else None,
            "failures": [moment.isoformat() for moment in self.breaker.failures],
            "closed_until_probe": _text(self.breaker.closed_until_probe),
            "last_heard": _text(self.last_heard),
            "last_success": _text(self.last_success),
            "last_failure": _text(self.last_failure),
            "last_error": self.last_error,
            "clock_skew_s": self.clock_skew_s,
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> HostState:
        """Inverse of `to_json`; what is missing takes its default."""
        failures = data.get("failures")
        moments = tuple(_moment(item) for item in failures) if isinstance(failures, list) else ()
        skew = data.get("clock_skew_s")
        error = data.get("last_error")
        return cls(
            host=str(data["host"]),
            signature=_kind(data.get("signature")),
            advertised=_kind(data.get("advertised")),
            breaker=Breaker(
                tuple(moment for moment in moments if moment is not None), _moment(data.get("closed_until_probe"))
            ),
            last_heard=_moment(data.get("last_heard")),
            last_success=_moment(data.get("last_success")),
            last_failure=_moment(data.get("last_failure")),
            last_error=error if isinstance(error, str) else None,
            clock_skew_s=skew if isinstance(skew, int) else None,
        )


def succeeded(state: HostState, now: datetime, signature: SignatureKind | None = None) -> HostState:
    """After an answer: the breaker closes, the kind of signature that was taken is remembered."""
    return replace(
        state,
        breaker=breaker.after_success(state.breaker),
        signature=signature or state.signature,
        last_success=now,
        last_error=None,
    )


def announced(state: HostState, kind: SignatureKind) -> HostState:
    """After its actor's document: what that announces is tried first from now on, whatever the host took while that was
    not known (specs/federation.md §4.3)."""
    return state if state.advertised is kind else replace(state, advertised=kind, signature=None)


def failed(state: HostState, now: datetime, error: str) -> HostState:
    """After no answer, or a server's error."""
    return replace(state, breaker=breaker.after_failure(state.breaker, now), last_failure=now, last_error=error[:500])


def with_probe(state: HostState, now: datetime) -> HostState:
    """While the open breaker's probe is under way."""
    return replace(state, breaker=breaker.probing(state.breaker, now))


def heard(state: HostState, now: datetime, skew: timedelta) -> HostState:
    """After a verified message from that host; `skew` is its clock minus ours."""
    return replace(
        state,
        breaker=breaker.after_success(state.breaker),
        last_heard=now,
        last_error=None,
        clock_skew_s=round(skew.total_seconds()),
    )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(value: Json) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else None


def _kind(value: Json) -> SignatureKind | None:
    return SignatureKind(value) if isinstance(value, str) else None
