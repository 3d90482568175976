"""Sessions: none before they are needed, none that outlive a sign-in or a sign-out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.web.site import HOST, FakeTenant, Site, post, token
from web.session import key_of


def cookie_of(client: Any, name: str = "ygor") -> str | None:
    for cookie in client.session.cookie_jar:
        if cookie.key == name:
            return str(cookie.value)
    return None


async def test_readers_get_no_cookie_and_no_row(site: Site, client: Any) -> None:
    response = await client.get("/who")
    assert "Set-Cookie" not in response.headers
    assert site.store.rows == {}


async def test_a_form_makes_a_form_cookie_but_no_row(site: Site, client: Any) -> None:
    response = await client.get("/demo")
    assert response.headers["Set-Cookie"].startswith("ygor-form=")
    assert site.store.rows == {}


async def test_signing_in_sets_a_careful_cookie(site: Site, client: Any) -> None:
    response = await post(client, "/in", {})
    cookie = next(c for c in response.headers.getall("Set-Cookie") if c.startswith("ygor="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Secure" not in cookie
    assert (await (await client.get("/who")).json())["account"] == "a1"


async def test_over_tls_the_cookie_is_secure_and_bound_to_the_host(site: Site) -> None:
    site.tenant = FakeTenant(base_url=f"https://{HOST}")
    async with site.client() as client:
        page = await client.get("/demo")
        cookie = page.headers["Set-Cookie"]
        assert cookie.startswith("__Host-ygor-form=")
        assert "Secure" in cookie
        assert "Domain" not in cookie


async def test_the_store_never_sees_the_cookie(site: Site, client: Any) -> None:
    await post(client, "/in", {})
    cookie = cookie_of(client)
    assert cookie is not None
    assert list(site.store.rows) == [("castanet", key_of(cookie))]
    assert cookie not in str(site.store.rows)


async def test_signing_in_rotates_the_cookie_and_ends_the_old_one(site: Site, client: Any) -> None:
    await post(client, "/in", {})
    first = cookie_of(client)
    await post(client, "/in", {})
    second = cookie_of(client)
    assert first != second
    assert len(site.store.rows) == 1
    client.session.cookie_jar.clear()
    stolen = await client.get("/who", headers={"Cookie": f"ygor={first}"})
    assert (await stolen.json())["account"] is None


async def test_a_planted_cookie_does_not_become_the_session(site: Site, client: Any) -> None:
    form = await token(client)
    cookies = f"ygor=planted; ygor-form={cookie_of(client, 'ygor-form')}"
    client.session.cookie_jar.clear()
    response = await client.post("/in", data={"csrf": form}, headers={"Cookie": cookies}, allow_redirects=False)
    assert response.status == 303
    assert response.cookies["ygor"].value != "planted"
    assert ("castanet", key_of("planted")) not in site.store.rows


async def test_signing_out_removes_row_and_cookie(site: Site, client: Any) -> None:
    await post(client, "/in", {})
    await post(client, "/out", {})
    assert site.store.rows == {}
    assert cookie_of(client) is None


async def test_an_expired_session_opens_nothing(site: Site, client: Any) -> None:
    await post(client, "/in", {})
    ((place, record),) = site.store.rows.items()
    past = datetime.now(UTC) - timedelta(seconds=1)
    site.store.rows[place] = type(record)(record.data, record.created, record.seen, past)
    assert (await (await client.get("/who")).json())["account"] is None


async def test_a_session_of_one_tenant_opens_nothing_at_another(site: Site, client: Any) -> None:
    await post(client, "/in", {})
    site.tenant = FakeTenant(code="ramonville")
    assert (await (await client.get("/who")).json())["account"] is None


async def test_a_session_in_use_is_kept_alive_but_not_written_at_every_request(site: Site, client: Any) -> None:
    await post(client, "/in", {})
    ((place, record),) = site.store.rows.items()
    await client.get("/who")
    assert site.store.rows[place] is record
    old = datetime.now(UTC) - timedelta(days=2)
    site.store.rows[place] = type(record)(record.data, record.created, old, record.expires)
    await client.get("/who")
    assert site.store.rows[place].seen > old
    assert site.store.rows[place].created == record.created
