"""Looks at every kind of page as axe does: `make audit`. No finding, and nothing left that a person must look at.

python -m tests.audit SITE AXE [--language TAG …] [--most N]

SITE is a built site, AXE the file `axe.min.js`. One page of each kind, or N of them, is opened in each language, light
and dark, 320 pixels wide, in forced colours and as it is printed. Asked are WCAG 2.2 A and AA, the contrast of AAA, and
axe's best practices. Prints each finding once, with where it was seen, and ends with 1 where there is one.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browsing import CHROMIUM, CHROMIUM_ARGUMENTS

_RULES: dict[str, Any] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"color-contrast-enhanced": {"enabled": True}},
    "resultTypes": ["violations", "incomplete"],
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to look at a page."""

    name: str
    width: int = 1440
    scheme: str = "light"
    forced: str = "none"
    media: str = "screen"


_WAYS = (
    Way("light"),
    Way("dark", scheme="dark"),
    Way("320 px", width=320),
    Way("forced colours", forced="active"),
    Way("print", media="print"),
)


def pages_of(site: Path, languages: list[str], most: int) -> Iterator[str]:
    """Give addresses: of each kind, told by the shape of its address, the first ``most`` in each language."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for file in sorted(site.rglob("*.html")):
        address = file.relative_to(site).as_posix().removesuffix("index.html")
        parts = address.split("/")
        language = parts[0] if (site / parts[0]).is_dir() and len(parts) > 1 else ""
        if languages and language and language not in languages:
            continue
        if 'http-equiv="refresh"' in file.read_text(encoding="utf-8"):
            continue
        kind = (language, "/".join(part if part.isalpha() else "*" for part in parts[2:]) or str(len(parts)))
        seen[kind] += 1
        if seen[kind] <= most:
            yield address


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder; give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def audit(browser: Browser, root: str, addresses: list[str], axe: str) -> tuple[dict[str, list[str]], int]:
    """Return findings, each with where it was seen, and how many looks were taken."""
    found: dict[str, list[str]] = defaultdict(list)
    looks = 0
    for way in _WAYS:
        context = browser.new_context(
            viewport={"width": way.width, "height": 900}, color_scheme=way.scheme, forced_colors=way.forced,  # type: ignore[arg-type]
            bypass_csp=True,
        )  # fmt: skip
        page = context.new_page()
        for address in addresses:
            page.goto(f"{root}{address}")
            if way.media == "print":
                page.emulate_media(media="print")
            looks += 1
            for told in _look(page, axe, is_printed=way.media == "print"):
                found[told].append(f"/{address} ({way.name})")
        context.close()
        sys.stderr.write(f"{way.name}: {looks} looks, {len(found)} findings\n")
    return found, looks


def _look(page: Page, axe: str, *, is_printed: bool) -> Iterator[str]:
    page.evaluate(axe)
    rules = {**_RULES["rules"], **({"target-size": {"enabled": False}} if is_printed else {})}  # nobody taps on paper
    result: dict[str, list[dict[str, Any]]] = page.evaluate(
        "rules => axe.run(document, rules)", {**_RULES, "rules": rules}
    )
    for kind, word in (("violations", "violates"), ("incomplete", "needs review")):
        for finding in result[kind]:
            for node in finding["nodes"][:3]:
                why = " ".join(str(one["message"]) for one in (*node["any"], *node["all"], *node["none"]))
                yield f"{word} {finding['id']}: {node['html'][:120]} | {why[:200]}"


def main() -> int:
    """Audit a site."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("site", type=Path)
    parser.add_argument("axe", type=Path)
    parser.add_argument("--language", action="append", default=[])
    parser.add_argument("--most", type=int, default=1)
    arguments = parser.parse_args()
    addresses = list(pages_of(arguments.site, arguments.language, arguments.most))
    with sync_playwright() as playwright, served(arguments.site) as root:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        found, looks = audit(browser, root, addresses, arguments.axe.read_text(encoding="utf-8"))
        browser.close()
    for told, places in sorted(found.items(), key=lambda one: -len(one[1])):
        sys.stdout.write(f"{len(places):4} × {told}\n       {', '.join(places[:3])}\n")
    sys.stdout.write(f"{looks} looks at {len(addresses)} pages, {len(found)} findings\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
