"""The module that shows any two versions in a browser puts together what the engine found, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from policy_site import redlines
from policy_site.model import Document
from policy_site.redlines import html as redline_html
from policy_site.redlines import threads_json
from policy_site.redlines.threads import History
from tests.support.redline_documents import document, documents
from tests.support.redline_pages import read_page, side_of_blocks

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A redline as HTML, what became of each section, and how many words went and came."""

    html: str
    kinds: list[list[str]]
    words: list[int]


def pairs_of(history: History) -> list[tuple[int, int]]:
    return list(combinations(range(len(history.documents)), 2))


def in_browser(histories: Sequence[History]) -> list[list[Outcome]]:
    """Put the redlines of all pairs together by the module, under Node."""
    node = shutil.which("node")
    assert node, "The module is tried under Node: install it so that 'node' is on the PATH (tests/install-debian)."
    phrases = asdict(redlines.ENGLISH)
    lines = [
        json.dumps({"history": threads_json.to_json(history), "pairs": pairs_of(history), "phrases": phrases})
        for history in histories
    ]
    ran = subprocess.run(
        [node, str(ROOT / "tests" / "support" / "redline_module.mjs")],
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    found = [json.loads(line) for line in ran.stdout.split("\n") if line]
    return [[Outcome(one["html"], one["kinds"], one["words"]) for one in outcomes] for outcomes in found]


def in_python(history: History, older: int, newer: int) -> Outcome:
    """Compare a pair by the engine, along the threads of the history."""
    redline = history.compare(older, newer)
    return Outcome(
        "\n".join(html for _, html in redline_html.render_sections(redline) if html),
        [[kind.value for kind in section.kinds] for section in redline.sections],
        [redline.words_deleted, redline.words_added],
    )


def assert_same(histories: Sequence[History]) -> None:
    found = in_browser(histories)
    assert len(found) == len(histories)
    for history, outcomes in zip(histories, found, strict=True):
        for (older, newer), outcome in zip(pairs_of(history), outcomes, strict=True):
            assert outcome == in_python(history, older, newer)


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


def test_every_pair_of_the_sample_is_shown_as_the_engine_shows_it() -> None:
    histories = [History(texts) for texts in sample_texts()]
    assert sum(len(pairs_of(history)) for history in histories) >= 25
    assert_same(histories)


def test_any_history_is_shown_as_the_engine_shows_it() -> None:
    histories: list[History] = []

    @seed(20261123)
    @settings(
        max_examples=80,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(st.lists(documents(), min_size=2, max_size=4))
    def gather(texts: list[Document]) -> None:
        histories.append(History(texts))

    gather()
    assert len(histories) >= 70
    assert_same(histories)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(documents(), min_size=3, max_size=4))
def test_both_texts_of_any_pair_of_a_history_come_back(texts: list[Document]) -> None:
    history = History(texts)
    for older, newer in pairs_of(history):
        redline = history.compare(older, newer)
        assert redline.old_blocks() == texts[older].blocks
        assert redline.new_blocks() == texts[newer].blocks
        page = read_page(redline_html.render(redline))
        expected = [side_of_blocks(texts[place].blocks) for place in (older, newer)]
        assert (page.old.text, page.new.text) == (expected[0].text, expected[1].text)
        assert page.new.outline == expected[1].outline


ONE = "# A\n\n## Duties\n\nWe keep data for thirty days. Write to us at any time.\n\n- one thing\n- another thing\n"
DIVIDED = ONE.replace("thirty days. Write", "thirty days.\n\nWrite")


@pytest.mark.parametrize(
    "versions",
    [
        [ONE, ONE.replace("thirty", "sixty"), ONE.replace("thirty", "ninety")],
        [ONE, DIVIDED, DIVIDED.replace("thirty", "ten"), ONE],
        [ONE, ONE.replace("- one thing\n", ""), ONE],
        [ONE, ONE.replace("- another thing\n", "\n## More\n\nAnother thing.\n"), ONE + "\n## More\n\nAnother.\n"],
        ["# A\n\n## B\n\nx y z\n\n## C\n\nu v w", "# A\n\n## C\n\nu v w\n\n## B\n\nx y z q", "# A\n\n## C\n\nu v"],
        [
            "| a | b |\n|---|---|\n| c | d |\n| e | f |",
            "| a | n | b |\n|---|---|---|\n| c | m | d |\n| e | m | f |",
            "| b | n | a |\n|---|---|---|\n| d | m | c |\n| x | y | z |",
        ],
    ],
)  # fmt: skip
def test_telling_histories_are_shown_as_the_engine_shows_them(versions: list[str]) -> None:
    assert_same([History([document(text) for text in versions])])


def test_a_block_that_comes_back_is_the_one_that_went() -> None:
    history = History([document(text) for text in (ONE, ONE.replace("- one thing\n", ""), ONE)])
    assert history.compare(0, 2).is_empty


def test_the_modules_never_read_text_as_html() -> None:
    for path in sorted((ROOT / "policy_site" / "static" / "redline").glob("*.mjs")):
        code = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|Function\(", code
        )
        assert len(code.split("\n")) <= 400, path.name
