"""Somebody in front of a browser, without the browser: follows links, fills in forms as they stand on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

TIMEOUT_S = 30


class PlayError(Exception):
    """The service did not do what the play expects."""


class LoopbackResolver(AbstractResolver):
    """Every name of the demonstration is this machine."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        if not host.endswith(".localhost"):
            raise OSError(f"{host} is not of the demonstration")
        return [ResolveResult(hostname=host, host="127.0.0.1", port=port, family=2, proto=0, flags=0)]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class PageForm:
    """A form as it stands on a page: where it goes, what is already filled in, what its buttons say."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.text: list[str] = []
        self._area: str | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append(PageForm(values.get("action") or "", (values.get("method") or "get").lower()))
        elif self.forms:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str | None]) -> None:
        form, name = self.forms[-1], values.get("name") or ""
        if tag == "input" and name:
            unticked = values.get("type") in {"checkbox", "radio"} and "checked" not in values
            if not unticked and values.get("type") != "file":
                form.fields.setdefault(name, []).append(values.get("value") or "")
        elif tag == "textarea":
            self._area = name
            form.fields[name] = [""]
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in values:
            form.fields[self._select] = [values.get("value") or ""]
        elif tag == "button" and name:
            form.buttons.append((name, values.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._area and self.forms:
            self.forms[-1].fields[self._area][0] += data
        self.text.append(data)


@dataclass(frozen=True)
class Page:
    """An answer: its address after redirects, its forms, its text."""

    url: str
    status: int
    html: str
    forms: list[PageForm]
    text: str

    def form(self, ending: str) -> PageForm:
        """The form whose address ends so. Raises PlayError."""
        for form in self.forms:
            if form.action.endswith(ending):
                return form
        raise PlayError(f"{self.url}: no form that goes to …{ending}")


class Visitor:
    """One person at one commune, with their own cookies."""

    def __init__(self, name: str, base_url: str) -> None:
        self.name, self.base_url = name, base_url
        connector = aiohttp.TCPConnector(resolver=LoopbackResolver())
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout)

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._session.close()

    async def get(self, path: str) -> Page:
        """Open a page. Raises PlayError for anything but a page."""
        async with self._session.get(self._url(path)) as response:
            return await self._page(response)

    async def send(self, page: Page, ending: str, **values: Any) -> Page:
        """Fill in a form of the page and send it; what is not named stays as it stands there."""
        form = page.form(ending)
        data = [(name, value) for name, found in form.fields.items() if name not in values for value in found]
        for name, value in values.items():
            data += [(name, str(each)) for each in (value if isinstance(value, list) else [value])]
        headers = {"Origin": self.base_url, "Sec-Fetch-Site": "same-origin"}
        async with self._session.post(self._url(form.action or page.url), data=data, headers=headers) as response:
            return await self._page(response)

    async def json(self, path: str, *, token: str = "") -> Any:
        """Ask the JSON API."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self._session.get(self._url(path), headers=headers) as response:
            if response.status >= 400:
                raise PlayError(f"{path}: {response.status} {await response.text()}")
            return await response.json()

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.base_url + path

    async def _page(self, response: aiohttp.ClientResponse) -> Page:
        html = await response.text()
        if response.status >= 400:
            reader = _Forms()
            reader.feed(html)
            words = " ".join(" ".join(reader.text).split())[:400]
            raise PlayError(f"{self.name}: {response.method} {response.url.path} answered {response.status}: {words}")
        reader = _Forms()
        reader.feed(html)
        text = " ".join(" ".join(reader.text).split())
        return Page(str(response.url), response.status, html, reader.forms, text)
