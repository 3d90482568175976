"""The two spellings of time on the wire: HTTP dates and RFC 3339, read strictly, always as aware UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from protocols.errors import LocalProtocolError, RemoteProtocolError

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HTTP_DATE = re.compile(
    rf"(?:{'|'.join(_DAYS)}), (?P<day>[0-9]{{2}}) (?P<month>{'|'.join(_MONTHS)}) (?P<year>[0-9]{{4}})"
    r" (?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2}) GMT"
)
_RFC3339 = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")


def http_date(moment: datetime) -> str:
    """IMF-fixdate, RFC 9110 §5.6.7. Written by hand: strftime's names of days follow the process's locale."""
    utc = _utc(moment)
    return f"{_DAYS[utc.weekday()]}, {utc.day:02} {_MONTHS[utc.month - 1]} {utc.year:04} {utc:%H:%M:%S} GMT"


def parse_http_date(text: str) -> datetime:
    """Read IMF-fixdate; the obsolete spellings are refused, nobody who signs uses them."""
    match = _HTTP_DATE.fullmatch(text)
    if match is None:
        raise RemoteProtocolError("Not an HTTP date")
    year, day, hour, minute, second = (int(match[name]) for name in ("year", "day", "hour", "minute", "second"))
    try:
        return datetime(year, _MONTHS.index(match["month"]) + 1, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise RemoteProtocolError("Not an HTTP date") from error


def rfc3339(moment: datetime) -> str:
    """`2026-11-22T21:30:00Z`, whole seconds."""
    return f"{_utc(moment).replace(microsecond=0, tzinfo=None).isoformat()}Z"


def parse_rfc3339(text: str) -> datetime:
    """Read a moment with its offset. A local time without offset is refused: it names no moment."""
    if _RFC3339.fullmatch(text) is None:
        raise RemoteProtocolError("Not an RFC 3339 date and time")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RemoteProtocolError("Not an RFC 3339 date and time") from error


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise LocalProtocolError("A time without a zone")
    return moment.astimezone(UTC)
