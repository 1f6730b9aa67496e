"""The browser's redlines beside the engine's over a real history: ``python -m benchmarks.redline_module CORPUS``.

CORPUS is a git repository of Markdown policies. Three quarters of the pairs are neighbours, the others any two
revisions of a file. ``--browser`` tells how long Chromium takes beside Node; rendering Markdown is not counted.
"""

from __future__ import annotations

import argparse
import functools
import http.server
import json
import random
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import sync_playwright

from policy_site.documents import Source, render_documents
from policy_site.model import Document
from policy_site.redlines import ENGLISH
from tests.redlines.test_redline_module import in_browser, in_python, published

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
STATIC = Path(__file__).parent.parent / "policy_site" / "static"
_TIMER = """async ([pairs, phrases]) => {
    const [{ compare }, { readDocument }, { renderSections }, { buildTree }] = await Promise.all(
        ["compare", "documents", "html", "tree"].map((name) => import(`/redline/${name}.mjs`)));
    return pairs.map((pair) => {
        const texts = pair.map(readDocument);
        const start = performance.now();
        for (const { signs } of renderSections(compare(...texts), phrases)) buildTree(signs, document);
        return performance.now() - start;
    });
}"""


def read_pairs(repository: Path, *, count: int, chance: random.Random) -> list[tuple[str, str]]:
    """Choose pairs of texts of one file, the older one first."""
    histories: dict[str, list[str]] = {}
    log = _git(repository, "log", "--first-parent", "--reverse", "--raw", "--no-abbrev", "--no-renames", "--format=")
    for line in log.split("\n"):
        change, _, path = line.partition("\t")
        if path.endswith(".md") and change.split()[3].strip("0"):
            histories.setdefault(path, []).append(change.split()[3])
    near = [pair for names in histories.values() for pair in pairwise(names)]
    files = [names for names in histories.values() if len(names) > 2]  # noqa: PLR2004 - else neighbours alone
    chosen = chance.sample(near, min(count - count // 4, len(near)))
    for _ in range(count // 4):
        names = chance.choice(files)
        first, second = sorted(chance.sample(range(len(names)), 2))
        chosen.append((names[first], names[second]))
    return [
        (_git(repository, "cat-file", "blob", old), _git(repository, "cat-file", "blob", new)) for old, new in chosen
    ]


def _git(repository: Path, *arguments: str) -> str:
    ran = subprocess.run(["git", "-C", str(repository), *arguments], capture_output=True, check=True)
    return ran.stdout.decode("utf-8", "replace")


def render(pairs: Sequence[tuple[str, str]]) -> list[tuple[Document, Document]]:
    """Render the texts of pairs; leave out pairs with a text that the site would refuse."""
    sources = [Source(key=text, body=text) for text in sorted({text for pair in pairs for text in pair})]
    rendered = render_documents(sources, extensions=EXTENSIONS)
    documents = {text: found for text, found in rendered.items() if isinstance(found, Document)}
    return [(documents[old], documents[new]) for old, new in pairs if old in documents and new in documents]


def time_in_chromium(pairs: Sequence[tuple[Document, Document]]) -> list[float]:
    """Return the milliseconds that Chromium takes for each pair, from two documents to a tree."""
    handler = functools.partial(_Handler, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/icon.svg")
        given = [[published(old), published(new)] for old, new in pairs]
        times: list[float] = page.evaluate(_TIMER, [given, asdict(ENGLISH)])
        browser.close()
        server.shutdown()
    return times


class _Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".mjs": "text/javascript", ".js": "text/javascript", ".svg": "text/html"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


def main() -> None:
    """Compare, count, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--browser", action="store_true", help="time Chromium too")
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - a choice that can be repeated
    pairs = render(read_pairs(options.corpus, count=options.pairs, chance=chance))
    outcomes = in_browser(pairs)
    same = sum(outcome == in_python(*pair) for pair, outcome in zip(pairs, outcomes, strict=True))
    print(f"{same} of {len(pairs)} pairs have the same HTML ({100 * same / len(pairs):.2f} %).")
    sizes = sorted(len(json.dumps(published(new), ensure_ascii=False).encode()) / 1000 for _, new in pairs)
    print(f"index.json: median {_at(sizes, 0.5):.0f} kB, 99th percentile {_at(sizes, 0.99):.0f} kB.")
    if options.browser:
        times = sorted(time_in_chromium(pairs))
        print(f"Chromium: median {_at(times, 0.5):.1f} ms, 99th percentile {_at(times, 0.99):.0f} ms a pair.")


def _at(values: Sequence[float], share: float) -> float:
    return values[min(int(len(values) * share), len(values) - 1)]


if __name__ == "__main__":
    main()
