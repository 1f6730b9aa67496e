"""Pictures of what lawyers see on a git host, made from what the program really says.

``python -m tests.recipe_pictures docs/recipes`` writes them. The words are those of ``check``, ``review`` and the site;
only the frame around them is ours, plain, and like no host's in particular.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt
from playwright.sync_api import Page, sync_playwright

from policy_site.commands import main
from tests.support.browsing import CHROMIUM, CHROMIUM_ARGUMENTS
from tests.support.builder import PolicyRepository

DAY = "2026-01-05"
LABEL = "2026-03-01"
_WIDTH = 760
_STYLE = """
body{margin:0;padding:16px;background:#fff;color:#1f2328;font:15px/1.5 "DejaVu Sans",sans-serif;width:728px}
.box{border:1px solid #ccd2d8;border-radius:8px;overflow:hidden}
.head{background:#f3f5f7;border-bottom:1px solid #ccd2d8;padding:8px 16px;color:#56606a;font-size:13px}
.said{padding:4px 16px 12px}
h2,h3{font-size:19px;border-bottom:1px solid #e2e6ea;padding-bottom:5px;margin:14px 0 10px}h3{font-size:16px}
p,ul{margin:8px 0}summary{margin:5px 0}blockquote{margin:8px 0;padding-left:12px;border-left:3px solid #ccd2d8}
table{border-collapse:collapse}th,td{border:1px solid #ccd2d8;padding:4px 10px;text-align:left;font-size:14px}
code{background:#eef0f2;border-radius:4px;padding:1px 4px;font:13px "DejaVu Sans Mono",monospace}
sub{color:#56606a;font-size:12px}
.line{font:13px/1.7 "DejaVu Sans Mono",monospace;white-space:pre;padding:0 16px}.line b{color:#8a929a;font-weight:400}
.wrong{background:#ffebe9}.told{margin:6px 16px 10px;padding:8px 12px;border-left:4px solid #cf222e;background:#fff5f5}
"""
_TEXT = """
We at Larkspur keep your data safe.

## 1. Retention {{#retention}}

We keep your data for {days} days.

## 2. Your rights {{#rights}}

You can object at any time.
"""
_WORDS = {
    "summary": "We keep your data for 60 days instead of 90.",
    "impact": "Data of closed accounts is deleted a month earlier.",
    "choices": "You need not do anything. You can download your data before.",
}
_GERMAN = {
    "summary": "Wir bewahren Ihre Daten 60 statt 90 Tage auf.",
    "impact": "Daten geschlossener Konten werden einen Monat früher gelöscht.",
    "choices": "Sie müssen nichts tun. Vorher können Sie Ihre Daten herunterladen.",
}


def write_pictures(folder: Path, work: Path) -> None:
    """Publish a policy, propose changes to it, and photograph what people are told."""
    policies = PolicyRepository(work / "repository").site(
        title="Larkspur's policies", languages=["en", "de"], policies=[{"id": "privacy", "required_languages": ["de"]}]
    )
    _publish(policies, "2025-03-01", days=90)
    policies.git("checkout", "--quiet", "-b", "proposal")
    with contextlib.chdir(policies.root), sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS).new_page(
            viewport={"width": _WIDTH, "height": 400}
        )
        _publish(policies, LABEL, days=60)
        _frame(page, folder / "comment.png", _comment("main"))
        note = policies.content / f"privacy/releases/{LABEL}.md"
        right = note.read_text(encoding="utf-8")
        note.write_text(right.replace(f"effective: {LABEL}", "effective: 2026-01-20"), encoding="utf-8")
        _frame(page, folder / "finding.png", _finding(note, root=policies.root))
        note.write_text(right.replace(f"effective: {LABEL}", "effective: 2026-04-01"), encoding="utf-8")
        policies.commit(when=f"{DAY}T12:00:00Z")
        _frame(page, folder / "postponed.png", _comment("HEAD^"))


def _publish(policies: PolicyRepository, label: str, *, days: int) -> None:
    for language, title in (("en", "Privacy policy"), ("de", "Datenschutz")):
        text = _TEXT.format(days=days)
        policies.publish(
            "privacy",
            effective=label,
            published=DAY if label == LABEL else None,
            title=title,
            language=language,
            text=text if language == "en" else text.replace("days", "Tage"),
            words=_WORDS if language == "en" else _GERMAN,
            changes=[{"category": "retention", "sections": ["retention"]}],
        )


def _said(*command: str) -> str:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        main([*command, "--as-of", DAY])
    return said.getvalue()


def _comment(base: str) -> str:
    said = MarkdownIt("commonmark").enable("table").render(_said("review", base, "--quiet"))
    opened = re.sub(r"<details>(?=\s*<summary>[^<]*what people are told)", "<details open>", said)
    return _boxed("The program commented on this proposal", opened)


def _finding(note: Path, *, root: Path) -> str:
    place = note.relative_to(root).as_posix()
    told = next(line for line in _said("check", "--work-tree").splitlines() if line.startswith(f"{place}:"))
    found = re.match(r".*?:(\d+): error: (.*) \[", told)
    assert found is not None, told
    return _boxed(place, "".join(_lines(note.read_text(encoding="utf-8"), int(found[1]), found[2])))


def _lines(text: str, wrong: int, told: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines()[:9], start=1):
        is_wrong = " wrong" if number == wrong else ""
        yield f'<div class="line{is_wrong}"><b>{number:>3}</b>  {html.escape(line)}</div>'
        if is_wrong:
            said = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(told))
            yield f'<div class="told">{said}</div>'


def _boxed(head: str, said: str) -> str:
    return f'<div class="box"><div class="head">{html.escape(head)}</div><div class="said">{said}</div></div>'


def _frame(page: Page, file: Path, body: str) -> None:
    page.set_content(f"<!doctype html><style>{_STYLE}</style>{body}")
    page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["XDG_CACHE_HOME"] = f"{temporary}/cache"
        Path(sys.argv[1]).mkdir(exist_ok=True)
        write_pictures(Path(sys.argv[1]).resolve(), Path(temporary))
