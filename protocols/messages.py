"""An HTTP request as signatures see it, and what a parsed signature says about itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from protocols.errors import RemoteProtocolError
from protocols.origins import Url, origin, parse_url

MAX_KEY_ID = 2048


@dataclass(frozen=True, slots=True)
class HttpMessage:
    """A request: upper-case `method`, absolute `url`, headers in their order, the body's bytes or None."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes | None
    _by_name: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self.headers:
            lower = name.lower()
            found[lower] = (*found.get(lower, ()), value.strip(" \t"))
        object.__setattr__(self, "_by_name", found)

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order, without the white space around it; names compare without case."""
        return self._by_name.get(name.lower(), ())

    def single(self, name: str) -> str | None:
        """The header's value, None when absent; raises RemoteProtocolError when it occurs twice or spans lines."""
        values = self.values(name)
        if len(values) > 1:
            raise RemoteProtocolError(f"Header {name} occurs more than once", code="bad-signature")
        if values and ("\r" in values[0] or "\n" in values[0]):
            raise RemoteProtocolError(f"Header {name} spans lines", code="bad-signature")
        return values[0] if values else None

    def location(self) -> Url:
        """The URL taken apart; raises RemoteProtocolError when it is none."""
        return parse_url(self.url)

    def check_host(self) -> None:
        """Raises RemoteProtocolError (401) when a Host header names another authority than `url`."""
        host = self.single("host")
        if host is None:
            return
        ours = self.location().origin
        try:
            theirs = origin(f"{ours.scheme}://{host}")
        except RemoteProtocolError as error:
            raise refuse("Malformed Host header") from error
        if theirs != ours or "/" in host:
            raise refuse("The request was meant for another host")


@dataclass(frozen=True, slots=True)
class SignatureParameters:
    """What a signature claims, before anything is verified.

    `covered` are component names as written (`date`, `@method`); `created` and `expires` are Unix seconds;
    `signature` the raw bytes: (`key_id`, `signature`) is what a table of seen signatures keeps.
    """

    key_id: str
    algorithm: str | None
    covered: tuple[str, ...]
    created: int | None
    expires: int | None
    signature: bytes


def refuse(message: str) -> RemoteProtocolError:
    """The refusal of a signature: 401, so that a sender of two dialects tries the other one."""
    return RemoteProtocolError(message, status=401, code="bad-signature")
