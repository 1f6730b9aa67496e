"""The module that compares versions in a browser marks what the engine marks: both are given the same pairs."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from policy_site import redlines
from policy_site.characters import clean_html, clean_line
from policy_site.documents import emit
from policy_site.formats import EditionPage, write_version_json
from policy_site.model import Block, Document, Fidelity, Section, Span
from policy_site.redlines import html as redline_html
from tests.support.ledgers import LINKS, policy_of, version_of
from tests.support.redline_documents import document, pairs

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "policy_site" / "static" / "vendor"
POLICY = policy_of(version_of("2024-01-05", published=1, effective=4))
VERSION = POLICY.version("2024-01-05")
Pair = tuple[Document, Document]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A redline as HTML, and what became of each section."""

    html: str
    kinds: list[list[str]]


def published(text: Document) -> dict[str, object]:
    """Return a document as the ``index.json`` that a browser gets."""
    page = EditionPage(
        policy=POLICY,
        version=VERSION,
        locale="en",
        edition=replace(VERSION.editions["en"], title=text.title),
        fidelity=Fidelity.AUTHORITATIVE,
        document=text,
        facts=(),
    )
    found: dict[str, object] = json.loads(write_version_json(page, LINKS))
    return found


def in_browser(cases: Sequence[Pair]) -> list[Outcome]:
    """Compare pairs by the module, under Node."""
    node = shutil.which("node")
    assert node, "The module is tried under Node: install it so that 'node' is on the PATH (tests/install-debian)."
    phrases = asdict(redlines.ENGLISH)
    lines = [json.dumps({"old": published(old), "new": published(new), "phrases": phrases}) for old, new in cases]
    ran = subprocess.run(
        [node, str(ROOT / "tests" / "support" / "redline_module.mjs")],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = [json.loads(line) for line in ran.stdout.split("\n") if line]
    return [Outcome(one["html"], one["kinds"]) for one in found]


def in_python(old: Document, new: Document) -> Outcome:
    """Compare a pair by the engine."""
    redline = redlines.compare(old, new)
    return Outcome(
        redline_html.render(redline), [[kind.value for kind in section.kinds] for section in redline.sections]
    )


def assert_same(cases: Sequence[Pair]) -> None:
    found = in_browser(cases)
    assert len(found) == len(cases)
    for (old, new), outcome in zip(cases, found, strict=True):
        assert outcome == in_python(old, new)


def sample_texts() -> Iterator[list[Document]]:
    """Yield the versions of each text of the sample, in each language, as its history has them."""
    log = subprocess.run(
        ["git", "log", "--first-parent", "--reverse", "--format=", "--raw", "--no-abbrev", "--no-renames", "--",
         "content"],
        cwd=ROOT, capture_output=True, encoding="utf-8", check=True,
    ).stdout  # fmt: skip
    blobs: dict[str, dict[str, None]] = {}
    for line in log.split("\n"):
        found = re.fullmatch(r":\d+ \d+ \w+ (\w{40}) \w+\t(content/\w+/(?:archive/.*)?[\w.-]+\.md)", line)
        if found and "/releases/" not in found[2] and found[1].strip("0"):
            policy, language = found[2].split("/")[1], found[2].removesuffix(".md").rpartition("/")[2][-2:]
            blobs.setdefault(f"{policy} {language}", {})[found[1]] = None
    for names in blobs.values():
        texts = [
            subprocess.run(
                ["git", "cat-file", "blob", name], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
            ).stdout
            for name in names
        ]
        yield [document(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)) for text in texts]


def test_every_pair_of_the_sample_is_marked_as_the_engine_marks_it() -> None:
    cases = [pair for texts in sample_texts() for pair in permutations(texts, 2)]
    assert len(cases) >= 50
    assert_same(cases)


def test_any_two_documents_are_marked_as_the_engine_marks_them() -> None:
    cases: list[Pair] = []

    @seed(20261123)
    @settings(
        max_examples=300,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(pairs())
    def gather(pair: Pair) -> None:
        cases.append((as_published(pair[0]), as_published(pair[1])))

    gather()
    assert len(cases) >= 250
    assert_same(cases)


def as_published(text: Document) -> Document:
    """Return a document without the signs that JSON does not carry, each section with its HTML.

    Unassigned code points are left out too: the ``regex`` package and Node disagree about some of them.
    """
    return replace(text, title=clean_line(text.title), sections=tuple(_clean(section) for section in text.sections))


def _clean(section: Section) -> Section:
    blocks = tuple(replace(block, spans=tuple(_clean_spans(block))) for block in section.blocks)
    return replace(section, heading=clean_line(section.heading), html=clean_html(emit(blocks)), blocks=blocks)


def _clean_spans(block: Block) -> Iterator[Span]:
    for span in block.spans:
        text = "".join(sign for sign in clean_html(span.text) if unicodedata.category(sign) != "Cn")
        if text or not span.text:
            yield Span(text, span.marks)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# A\n\nWe keep it for 72 hours.", "# A\n\nWe keep it for 24 hours."),
        (
            "# A\n\nBir İstanbul ofisi.\n\n# STRASSE\n\nEins zwei.",
            "# A\n\nBir ISTANBUL ofisi.\n\n# Straße\n\nEins zwei.",
        ),
        ("# A\n\n個人情報を2026年12月1日から保管します。", "# A\n\n個人情報を2027年1月1日から削除します。"),
        ("# A\n\nنحتفظ ببياناتك لمدة 30 يومًا.", "# A\n\nنحتفظ ببياناتك لمدة 90 يومًا فقط."),
        ("# A\n\nเก็บข้อมูล 30 วัน", "# A\n\nเก็บข้อมูลไว้ 60 วัน"),
        ("# A\n\nHello 👩🏽\u200d🚀 and 🇩🇪🇫🇷.", "# A\n\nHello 👩🏽 and 🇩🇪🇹🇷."),
        ("# A\n\ncaf\u00e9 au lait", "# A\n\ncafe\u0301 au lait, chaud"),
        ("# 1. A\n\nx y z\n\n# 2. B\n\nu v w", "# 1. B\n\nu v w\n\n# 2. A\n\nx y z"),
        ("| a | b |\n|---|---|\n| c | d |", "| a | n | b |\n|---|---|---|\n| c | m | d |\n| e | f | g |"),
    ],
)
def test_telling_pairs_are_marked_as_the_engine_marks_them(old: str, new: str) -> None:
    assert_same([(document(old), document(new)), (document(new), document(old))])


def test_vendored_files_are_those_of_the_package() -> None:
    listed = dict(re.findall(r"\| `([\w./-]+)` \|.*\| `([0-9a-f]{64})` \|", (VENDOR / "README.md").read_text("utf-8")))
    files = {path.relative_to(VENDOR).as_posix(): path for path in VENDOR.rglob("*") if path.suffix != ".md"}
    assert {
        name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items() if path.is_file()
    } == listed


def test_the_modules_never_read_text_as_html() -> None:
    for path in sorted((ROOT / "policy_site" / "static" / "redline").glob("*.mjs")):
        code = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|Function\(", code
        )
        assert len(code.split("\n")) <= 400, path.name
