from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import LocalProtocolError, RemoteProtocolError
from protocols.timestamps import http_date, parse_http_date, parse_rfc3339, rfc3339

moments = st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.replace(microsecond=0))


@given(moments)
def test_round_trips(moment: datetime) -> None:
    assert parse_http_date(http_date(moment)) == moment
    assert parse_rfc3339(rfc3339(moment)) == moment


def test_spelling() -> None:
    moment = datetime(1994, 11, 6, 9, 49, 37, tzinfo=timezone(timedelta(hours=1)))
    assert http_date(moment) == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert rfc3339(moment) == "1994-11-06T08:49:37Z"
    assert parse_rfc3339("1994-11-06T09:49:37.123456789+01:00") == moment.replace(microsecond=123456)


@pytest.mark.parametrize(
    "text",
    ["", "now", "2026-01-01", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z", "20260101T000000Z",
     "2026-01-01T24:00:01Z", "2026-01-01T00:00:00+99:00", "0001-01-01T00:00:00+01:00", "٢٠٢٦-01-01T00:00:00Z"],
)  # fmt: skip
def test_rfc3339_refuses(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_rfc3339(text)


@pytest.mark.parametrize(
    "text",
    ["", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 +0000",
     "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 0000 08:49:37 GMT"],
)  # fmt: skip
def test_http_date_refuses(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        parse_http_date(text)


def test_a_time_without_zone_is_our_fault() -> None:
    for write in (http_date, rfc3339):
        with pytest.raises(LocalProtocolError):
            write(datetime.fromisoformat("2026-01-01T00:00:00"))


@given(st.text())
def test_only_refusals(text: str) -> None:
    for read in (parse_http_date, parse_rfc3339):
        with contextlib.suppress(RemoteProtocolError):
            read(text)
