"""Screenshots of the pages that matter, for people to look at: ``python -m tests.screenshots FOLDER [TAG …]``.

Written by ``make screenshots`` into ``build/screenshots``; nothing is compared with them.
"""

from __future__ import annotations

import functools
import http.server
import sys
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright

from policy_site.console.calling import now
from policy_site.console.origin import Origin, instant_of
from policy_site.publishing.site import freeze_site
from policy_site.settings import parse_settings
from tests.support.browsing import CHROMIUM, CHROMIUM_ARGUMENTS, QuietHandler

ROOT = Path(__file__).parent.parent
LANGUAGES = ("de", "ar", "he", "ja")
WIDTHS = (320, 1280)
KINDS = {
    "policies": "{locale}/",
    "policy": "{locale}/privacy/",
    "history": "{locale}/privacy/history/",
    "since": "{locale}/privacy/since/2024-12-01/",
    "changes": "{locale}/privacy/v/2026-02-01/changes/",
}


def main(folder: Path, languages: tuple[str, ...]) -> None:
    """Build the sample in these languages and photograph it."""
    site = folder / "site"
    _build(site, languages)
    handler = functools.partial(QuietHandler, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/"
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        for width in WIDTHS:
            page = chromium.new_context(java_script_enabled=False, viewport={"width": width, "height": 900}).new_page()
            page.goto(base)
            page.screenshot(path=folder / f"languages-{width}.png", full_page=True)
            for locale in languages:
                for name, address in KINDS.items():
                    page.goto(base + address.format(locale=locale))
                    page.screenshot(path=folder / f"{name}-{locale}-{width}.png", full_page=True)
        chromium.close()
        server.shutdown()


def _build(site: Path, languages: tuple[str, ...]) -> None:
    configuration = ROOT / "content" / "site.toml"
    settings = parse_settings(configuration.read_text(encoding="utf-8"))
    spoken = tuple(dict.fromkeys((*settings.languages, *languages)))
    settings = settings.model_copy(update={"languages": spoken})
    publication = Origin(settings, configuration, ROOT, "content", "HEAD").compile(
        instant_of("2026-11-23", settings, now=now()), jobs=2
    )
    freeze_site(publication, site, jobs=2)


if __name__ == "__main__":
    main(Path(sys.argv[1]), tuple(sys.argv[2:]) or LANGUAGES)
