"""What may stand in an organisation. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from node.core.errors import Invalid

KINDS = ("association", "partner", "service")
ROLES = ("manager", "member")
MOST_REQUESTS = 3
LONGEST_NAME, LONGEST_SUMMARY, LONGEST_DESCRIPTION, LONGEST_ADDRESS, LONGEST_WEBSITE = 120, 300, 10_000, 200, 300
RESERVED_SLUGS = frozenset({"nouvelle", "demandes"})


def one_line(typed: str) -> str:
    """Spaces tidied, invisible letters out."""
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    return "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"})


def normal_name(typed: str) -> str:
    name = one_line(typed)
    if not 2 <= len(name) <= LONGEST_NAME or not slug_of(name):
        raise Invalid("organisations.name", field="name")
    return name


def normal_website(typed: str) -> str:
    """An http(s) address or nothing: anything else (`javascript:`) would be a link people click."""
    text = typed.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or len(text) > LONGEST_WEBSITE or any(ord(letter) < 33 for letter in text):
        raise Invalid("organisations.website", field="website")
    return text


def bounded(text: str, *, most: int, field: str) -> str:
    if len(text) > most:
        raise Invalid(f"organisations.{field}", field=field, most=most)
    return text


def slug_of(name: str) -> str:
    """`arbres-et-paysages`: letters, digits and dashes, 60 at most."""
    text = name.casefold().replace("œ", "oe").replace("æ", "ae").replace("’", "-")
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if letter.isascii())
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60].strip("-")


def name_key(name: str) -> str:
    """What makes two names the same: case, accents and punctuation do not count."""
    return slug_of(name)
