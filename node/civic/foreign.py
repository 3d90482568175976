"""What a peer sent, made fit to be kept and shown: texts of one line, harmless HTML, addresses that are its own."""

from __future__ import annotations

from html import unescape

import nh3

from node.core.errors import Forbidden
from protocols.errors import RemoteProtocolError
from protocols.origins import parse_url

LONGEST_ADDRESS = 500
LONGEST_HTML = 20_000
TAGS = {"p", "br", "strong", "b", "em", "i", "a", "ul", "ol", "li", "blockquote", "h3", "h4"}


def check_owner(peer_host: str, address: str, refusal: str) -> None:
    """Raises Forbidden with the key `refusal` unless the address is on the peer's own host (FEP-fe34: same origin)."""
    if not is_own(peer_host, address):
        raise Forbidden(refusal)


def is_own(peer_host: str, address: str) -> bool:
    """Whether an address we could keep is on the peer's own host (authority, as in a Host header)."""
    try:
        authority = parse_url(address).origin.authority
    except RemoteProtocolError:
        return False
    return bool(authority) and authority == peer_host and len(address) <= LONGEST_ADDRESS


def clean_html(html: str, longest: int = LONGEST_HTML) -> str:
    """Foreign HTML with the few harmless tags we show, links nofollow; cut before cleaning so that the cut closes."""
    return nh3.clean(
        html[:longest],
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https"},
        link_rel="nofollow noopener noreferrer ugc",
    )


def plain(text: str, limit: int) -> str:
    """Foreign text for one line: no control character, no tag, at most `limit` characters."""
    # nh3 answers HTML; what we keep is text, escaped again by the template.
    without_tags = unescape(nh3.clean(text[: 4 * limit], tags=set())) if "<" in text else text
    return " ".join("".join(c if c.isprintable() else " " for c in without_tags).split())[:limit].strip()
