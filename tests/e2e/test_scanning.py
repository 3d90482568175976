"""The camera: a card held before it is read by the till, with the library from npm where the browser has no reader."""

from __future__ import annotations

from pathlib import Path

import pytest
import segno
from playwright.sync_api import expect, sync_playwright

from tests.e2e.people import ARGUMENTS
from tests.e2e.territory import Territory

pytestmark = pytest.mark.browser
WIDTH, HEIGHT = 640, 480
PAYLOAD = "YGOR:castanet-tolosan.localhost:8000:7Q4K92MD"


def video(path: Path, payload: str) -> None:
    """A second of a QR code held still, as the fake camera of Chromium plays it (YUV4MPEG2, 4:2:0)."""
    matrix = [list(row) for row in segno.make(payload, error="m").matrix]
    scale = HEIGHT * 7 // 10 // len(matrix)
    left, top = (WIDTH - len(matrix) * scale) // 2, (HEIGHT - len(matrix) * scale) // 2
    frame = bytearray(b"\xff" * (WIDTH * HEIGHT))
    for y, row in enumerate(matrix):
        for x in (x for x, dark in enumerate(row) if dark):
            for line in range(top + y * scale, top + (y + 1) * scale):
                start = line * WIDTH + left + x * scale
                frame[start : start + scale] = b"\x10" * scale
    chroma = b"\x80" * (WIDTH * HEIGHT // 2)
    head = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + bytes(frame) + chroma) * 10)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "card.y4m"
    video(path, PAYLOAD)
    return path


def test_the_till_reads_a_card_with_the_camera(territory: Territory, clip: Path) -> None:
    camera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    arguments = [*ARGUMENTS, *camera, f"--use-file-for-fake-video-capture={clip}"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        try:
            context = browser.new_context(viewport={"width": 390, "height": 844}, permissions=["camera"])
            page = context.new_page()
            base = territory.url("castanet-tolosan", "")
            page.goto(f"{base}/demo")
            page.locator('form[action="/demo/theo"] button').click()
            page.wait_for_load_state()
            page.goto(f"{base}/caisse/mediatheque")
            page.locator("[data-scan-start]").click()
            expect(page.locator("#f-card")).to_have_value(PAYLOAD, timeout=20_000)
        finally:
            browser.close()
