"""Files: judged by their bytes, drawn anew without what hid in them, served so that they are only looked at."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from aiohttp import ClientSession
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from node.core.errors import Invalid, NotFound
from node.core.node import Node
from node.media import films, pictures, public, storing
from tests.fixtures.clients import site_of
from tests.fixtures.nodes import TestClock
from tests.node.media.files import CAPTIONS, MP4, SECRET, WEBM, photo


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_drawn_anew_without_metadata(kind: str) -> None:
    body = photo(kind, (2_000, 1_000)) if kind != "GIF" else photo("PNG", (2_000, 1_000))
    full, small = pictures.redrawn(body)
    assert (full.width, full.height, small.width) == (1_600, 800, 640)
    for drawn in (full, small):
        assert SECRET not in drawn.body
        with Image.open(io.BytesIO(drawn.body)) as again:
            assert (again.format, dict(again.getexif())) == ("WEBP", {})


def test_the_right_way_up() -> None:
    full, _small = pictures.redrawn(photo(size=(400, 200), turned=True))
    assert (full.width, full.height) == (200, 400)


def test_what_is_seen_through_stays_so() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(written, "PNG")
    full, _small = pictures.redrawn(written.getvalue())
    with Image.open(io.BytesIO(full.body)) as again:
        assert again.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]  # four numbers in this mode


def bomb() -> bytes:
    """Sixty million pixels in a few kilobytes."""
    written = io.BytesIO()
    Image.new("1", (10_000, 6_000)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: b"", "picture-kind"),
        (lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "picture-kind"),
        (lambda: b"<html><script>alert(1)</script></html>", "picture-kind"),
        (lambda: MP4, "picture-kind"),
        (lambda: photo()[:400], "picture-unreadable"),
        (lambda: photo("PNG")[:60], "picture-unreadable"),
        (lambda: bytes(pictures.LARGEST_BYTES + 1), "picture-large"),
        (bomb, "picture-pixels"),
    ],
)
def test_what_is_no_picture(make: Callable[[], bytes], key: str) -> None:
    with pytest.raises(Invalid, match=key) as caught:
        pictures.redrawn(make())
    assert caught.value.field == "picture"


@given(
    st.binary(max_size=200), st.sampled_from([photo(size=(40, 30)), photo("PNG", (40, 30)), MP4, CAPTIONS]), st.data()
)
@settings(max_examples=60, deadline=None)
@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # of spoiled tags that it passes over
def test_spoiled_bytes_are_refused_or_taken_never_worse(noise: bytes, whole: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(whole)))
    body = whole[:at] + noise + whole[at + len(noise) :]
    for judge in (pictures.redrawn, films.film_ending, films.captions_text):
        with suppress(Invalid):
            judge(body)


def test_films_and_captions() -> None:
    assert (films.film_ending(MP4), films.film_ending(WEBM)) == ("mp4", "webm")
    assert films.captions_text(CAPTIONS).startswith(b"WEBVTT\n\n00:00.000 --> ")
    for body in (b"", b"<html>", photo(), WEBM.replace(b"webm", b"mkv0"), b"....ftyp"):
        with pytest.raises(Invalid, match="film-kind"):
            films.film_ending(body)
    for body in (b"", b"WEBVTT", b"1\n00:00 --> 00:01\n", "WEBVTT\n\n0 --> 1\né".encode("latin-1"), b"WEBVTT\n-->\x00"):
        with pytest.raises(Invalid, match="captions-kind"):
            films.captions_text(body)
    with pytest.raises(Invalid, match="captions-large"):
        films.captions_text(b"WEBVTT\n" + bytes(films.LARGEST_CAPTIONS_BYTES))


async def test_kept_while_somebody_uses_it(node: Node, clock: TestClock) -> None:
    picture = await storing.store_picture(node, photo())
    again = await storing.store_picture(node, photo())
    assert again == picture
    names = {picture.name, picture.small_name}
    await node.write(public.use, "news:1", names)
    with pytest.raises(NotFound, match=r"media\.unknown"):
        await node.write(public.use, "news:2", ["0" * 64 + ".webp"])
    film = await storing.store_film(node, MP4)
    clock.forward(hours=25)
    await storing.sweep(node)
    assert storing.path_of(node, picture.name).is_file()
    assert not storing.path_of(node, film).exists()
    await node.write(public.use, "news:1", [picture.name])
    await storing.sweep(node)
    assert [storing.path_of(node, name).is_file() for name in (picture.name, picture.small_name)] == [True, False]
    await storing.store_picture(node, photo())
    clock.forward(hours=23)
    await storing.sweep(node)
    assert storing.path_of(node, picture.small_name).is_file()
    assert timedelta(days=1) == storing.UNUSED_KEPT


async def test_served_to_be_looked_at_and_nothing_else(node: Node) -> None:
    picture = await storing.store_picture(node, photo())
    captions = await storing.store_captions(node, CAPTIONS)
    film = await storing.store_film(node, MP4)
    async with site_of(node) as site, ClientSession(site.server.make_url("/"), headers={"Host": node.host}) as client:
        for name, kind in ((picture.name, "image/webp"), (film, "video/mp4"), (captions, "text/vtt; charset=utf-8")):
            async with client.get(f"/media/{name}") as answer:
                assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
                assert "immutable" in answer.headers["Cache-Control"]
                assert await answer.read() == storing.path_of(node, name).read_bytes()
        async with client.get(f"/media/{film}", headers={"Range": "bytes=4-7"}) as part:
            assert (part.status, await part.read()) == (206, b"ftyp")
        other = film.replace("mp4", "webm")
        for path in ("..%2fnode.toml", "../keys/main.pem", "0" * 64 + ".webp", "0" * 64 + ".html", other):
            async with client.get(f"/media/{path}") as answer:
                assert answer.status == 404, path
