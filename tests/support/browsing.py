"""What tests in a real browser share: Debian's Chromium, a quiet server, and what counts as a failed request."""

from __future__ import annotations

import http.server
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Request, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]

expect.set_options(timeout=30_000)


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Debian's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


def has_failed(request: Request) -> bool:
    """Say whether the site is at fault: a page that is left before its icon has come takes the request back."""
    return request.failure != "net::ERR_ABORTED"
