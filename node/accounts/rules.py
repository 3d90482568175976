"""What may stand in an account, and for how long things hold. Pure."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from hashlib import sha256

from email_validator import EmailNotValidError, validate_email

from node.core.errors import Invalid

RESIDENT = "resident"
GRANTED_ROLES = ("agent", "elected_member", "administrator")
ROLES = (RESIDENT, "association_member", "partner_operator", *GRANTED_ROLES)
LOCALES = ("fr", "en")
SCOPES = (
    "profile:read",
    "missions:read",
    "missions:write",
    "events:write",
    "wallet:read",
    "rewards:read",
    "rewards:write",
    "rewards:book",
    "organisations:read",
)

LINK_LIFE = timedelta(minutes=20)
REGISTER_WITHIN = timedelta(hours=1)
ADMIN_LINK_LIFE = timedelta(hours=24)
TOKEN_TOUCH_AFTER = timedelta(hours=1)
MOST_API_TOKENS = 20
LONGEST_NAME = 80
OLDEST_YEARS = 125
TAKEOVER_LIFE = timedelta(days=90)
TAKEOVER_LENGTH = 12
LONGEST_NEXT = 400
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 128
LONGEST_EMAIL = 254


def digest(secret: str) -> str:
    """SHA-256 in hex. The secrets are 256 random bits, so neither salt nor slowness is called for."""
    return sha256(secret.encode()).hexdigest()


def normal_email(typed: str) -> str:
    """The one spelling of an address we keep: ASCII, lower case. Raises Invalid `accounts.email`.

    The local part is case-sensitive by RFC 5321 §2.4, yet no mail provider people use keeps to it, and they type
    their own address in either case.
    """
    try:
        found = validate_email(typed.strip(), check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise Invalid("accounts.email", field="email") from error
    address = (found.ascii_email or "").lower()
    domain = address.rpartition("@")[2]
    if not address or len(address) > LONGEST_EMAIL or ("." not in domain and domain != "localhost"):
        raise Invalid("accounts.email", field="email")
    return address


def normal_name(typed: str, *, field: str, required: bool = True) -> str:
    """A name as typed, spaces tidied, without control or invisible formatting characters. Raises Invalid."""
    name = " ".join(unicodedata.normalize("NFC", typed).split())
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn"} for letter in name):
        raise Invalid("accounts.name-letters", field=field)
    if required and not name:
        raise Invalid("accounts.name-missing", field=field)
    if len(name) > LONGEST_NAME:
        raise Invalid("accounts.name-long", field=field, most=LONGEST_NAME)
    return name


def check_birth_date(birth_date: date | None, today: date) -> None:
    """Raises Invalid `accounts.birth-date` for a day to come, or more than `OLDEST_YEARS` years ago."""
    if birth_date is not None and not birthday(today, -OLDEST_YEARS) <= birth_date <= today:
        raise Invalid("accounts.birth-date", field="birth_date")


def birthday(birth_date: date, years: int) -> date:
    """The day on which somebody is `years` old; who was born on 29 February is it on 1 March of other years."""
    try:
        return birth_date.replace(year=birth_date.year + years)
    except ValueError:
        return date(birth_date.year + years, 3, 1)


def age_on(birth_date: date, day: date) -> int:
    """How many birthdays somebody has had on a day."""
    years = day.year - birth_date.year
    return years if birthday(birth_date, years) <= day else years - 1


def normal_password(typed: str, email: str | None) -> str:
    """A new password in the one form we hash. Raises Invalid with field `password`."""
    password = unicodedata.normalize("NFKC", typed)
    if len(password) < SHORTEST_PASSWORD:
        raise Invalid("accounts.password-short", field="password", least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Invalid("accounts.password-long", field="password", most=LONGEST_PASSWORD)
    if len(set(password)) < 4 or (email and password.casefold() in {email, email.partition("@")[0]}):
        raise Invalid("accounts.password-easy", field="password")
    return password


def local_path(text: str) -> str:
    """Where to go after signing in: a path of this site, else `/`. Browsers read `/\\` and `//` as another host."""
    bad = not text.startswith("/") or text.startswith(("//", "/\\")) or len(text) > LONGEST_NEXT
    if bad or "\\" in text or any(ord(letter) < 33 or ord(letter) == 127 for letter in text):
        return "/"
    return text


def search_text(given_name: str, family_name: str, email: str | None) -> str:
    return plain(f"{given_name} {family_name} {email or ''}")[:420]


def plain(text: str) -> str:
    """Lower case without accents, for searching alike on every database."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS", "Firefox"),
             ("Chrome/", "Chrome"), ("CriOS", "Chrome"), ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("Mac OS", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def device(user_agent: str) -> str:
    """`Firefox, Android`: all we keep of a browser's name. Empty if nothing is known."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(filter(None, (browser, system)))
