"""Before a node moves: whether the new address leads to this very server.

Any node of the process answers, on any host name, whoever knows the code of that name: a digest that only the node's
own secret gives. So the question travels through DNS, certificate and proxy as everybody's will, and nobody else's
server can answer it.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import urlsplit

from federation.errors import AddressRefused
from federation.transport import NetworkPolicy, Transport
from node.core.config import read_address
from node.core.errors import DomainError
from node.core.node import Node
from protocols.errors import RemoteProtocolError
from protocols.origins import is_loopback, origin

PATH = "/.well-known/ygor-arrival/"


def code_for(secret: bytes, host: str) -> str:
    """What to ask at a host name (without port)."""
    return hmac.new(secret, b"ygor arrival " + host.encode(), sha256).hexdigest()


def answer_for(secret: bytes, host: str) -> str:
    """What this node, and no other, answers."""
    return hmac.new(secret, b"ygor arrived " + host.encode(), sha256).hexdigest()


def new_address(node: Node, typed: str) -> str:
    """The address as it will be kept. Raises DomainError `neighbours.new-address`, `neighbours.same-address`."""
    try:
        address = read_address(typed.strip().rstrip("/"))
        found = origin(address)
    except (ValueError, RemoteProtocolError) as error:
        raise DomainError("neighbours.new-address", field="address", status=422) from error
    if str(found) != address or (found.scheme != "https" and not is_loopback(found.host)):
        raise DomainError("neighbours.new-address", field="address", status=422)
    if address == node.base_url or found.host == node.hostname:
        raise DomainError("neighbours.same-address", field="address", status=422)
    return address


async def check(node: Node, address: str) -> None:
    """Ask at the new address. Raises DomainError at the field `address` with what is missing: `neighbours.arrival-dns`,
    `…-certificate`, `…-silent`, `…-elsewhere`."""
    host = urlsplit(address).hostname or ""
    allow = node.runtime.settings.federation_allow_private
    transport = Transport(NetworkPolicy(allow_private=allow, localhost_names=is_loopback(host)))
    secret = node.keyring.secret
    try:
        answer = await transport.exchange("GET", f"{address}{PATH}{code_for(secret, host)}", {}, None)
    except AddressRefused as error:
        raise _missing("not-allowed") from error
    except RemoteProtocolError as error:
        raise _missing(_why(error.message)) from error
    finally:
        await transport.close()
    if answer.status != 200 or not hmac.compare_digest(answer.body.strip(), answer_for(secret, host).encode()):
        raise _missing("elsewhere")


def _why(message: str) -> str:
    if "DNS" in message:
        return "dns"
    return "certificate" if "SSL" in message or "Certificate" in message else "silent"


def _missing(what: str) -> DomainError:
    key = "neighbours.not-allowed" if what == "not-allowed" else f"neighbours.arrival-{what}"
    return DomainError(key, field="address", status=422)
