"""Rendering a whole history: shared work, deadlines, processes, the memo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_site.documents import RenderFault, Source, render_document, render_documents
from policy_site.errors import PublishingError
from policy_site.model import Document

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
SLOW = "[a](b " * 12_000
"""Within every limit, and far too slow for the deadlines here."""
ROOT = Path(__file__).parents[2]


def history(bodies: Mapping[str, str], *, jobs: int = 1, cache: Path | None = None, seconds: float = 30.0) -> object:
    sources = [Source(key, body) for key, body in bodies.items()]
    return render_documents(sources, extensions=EXTENSIONS, cache=cache, jobs=jobs, seconds=seconds)


BODIES = {
    f"v{number}": f"# Privacy\n\n## Data\n\nWe keep data {number} days.\n\n## Rights\n\n- Ask [us][m].\n\n[m]: m.md\n"
    for number in range(12)
}


def test_a_history_renders_as_each_text_alone() -> None:
    documents = history(BODIES, jobs=2)
    assert documents == {key: render_document(body, extensions=EXTENSIONS) for key, body in BODIES.items()}


def test_documents_come_in_the_order_of_the_texts_and_are_counted() -> None:
    counts: list[int] = []
    sources = [Source(key, body, title="Given") for key, body in BODIES.items()]
    documents = render_documents(sources, extensions=EXTENSIONS, jobs=2, progress=counts.append)
    assert list(documents) == list(BODIES)
    assert counts == list(range(1, 13))


def test_a_text_over_the_deadline_is_a_fault_and_the_others_go_on() -> None:
    bodies = {
        **BODIES,
        "slow": f"## Fine\n\n## Endless\n\n{SLOW}",
        "again": f"{SLOW}",
        "after": "## After the slow one",
    }
    documents = history(bodies, jobs=2, seconds=1.0)
    assert isinstance(documents, Mapping)
    fault = documents["slow"]
    assert isinstance(fault, RenderFault)
    assert fault.message.startswith("The passage “## Endless [a](b")
    assert fault.message.endswith("could not be read within 1 seconds.")
    assert isinstance(documents["again"], RenderFault)
    assert sum(isinstance(document, Document) for document in documents.values()) == len(bodies) - 2


def test_no_text_is_blamed_for_a_slow_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time\ntime.sleep(1)\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert history({"a": "Text."}, seconds=1.0) == {"a": render_document("Text.", extensions=EXTENSIONS)}


def test_a_process_that_does_not_start_is_no_fault_of_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text("import os\nos._exit(1)\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(PublishingError, match="ended before it was ready"):
        # extensions for which no process waits for more work since another test
        render_documents([Source("a", "Text.")], extensions=("def_list", "tables"))


def test_a_refused_text_is_a_fault() -> None:
    assert history({"a": "[" * 100, "b": "Text."}) == {
        "a": RenderFault(
            "Line 1 opens more than 50 square brackets in a paragraph.",
            "Close the brackets, or write \\[ for those that are no links.",
        ),
        "b": render_document("Text.", extensions=EXTENSIONS),
    }


def test_the_memo_changes_nothing_but_speed(tmp_path: Path) -> None:
    first = history(BODIES, cache=tmp_path / "new" / "folder")
    assert history(BODIES, cache=tmp_path / "new" / "folder") == first
    (memo,) = (tmp_path / "new" / "folder").iterdir()
    written = memo.read_bytes()
    for damaged in (b"", b"no database", written[: len(written) // 2], written[:200] + b"\xff" * 4000 + written[4200:]):
        memo.write_bytes(damaged)
        assert history(BODIES, cache=tmp_path / "new" / "folder") == first


def test_a_memo_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert history({"a": "Text."}, cache=tmp_path / "file") == history({"a": "Text."})


def test_a_memo_is_filled_by_several_processes_at_once(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        from pathlib import Path
        from policy_site.documents import Source, render_documents
        sources = [Source(str(number), f"## A\\n\\nText {{number}}.") for number in range(50)]
        documents = render_documents(sources, extensions=(), cache=Path({str(tmp_path)!r}), jobs=1)
        print(sum(len(document.html) for document in documents.values()))
    """)
    both = [
        subprocess.Popen([sys.executable, "-"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate(script)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert outputs[0] == outputs[1] != ""


def test_an_interrupt_leaves_no_process_behind() -> None:
    # the program comes from standard input: nothing of it could be imported again by a child
    script = textwrap.dedent(f"""
        import signal
        from policy_site.documents import Source, render_documents
        signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in a shell's background ignore it
        print("begun", flush=True)
        render_documents([Source("a", "Quick."), Source("b", {SLOW!r})], extensions=(), jobs=2, seconds=60.0)
    """)
    process = subprocess.Popen(
        [sys.executable, "-"],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin
    process.stdin.write(script)
    process.stdin.close()
    process.stdin = None
    children = _wait_for_children(process.pid)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert errors.strip().endswith("KeyboardInterrupt")
    assert children
    assert all(_has_ended(child) for child in children)


def _wait_for_children(parent: int) -> list[int]:
    deadline = time.monotonic() + 60
    listing = Path(f"/proc/{parent}/task/{parent}/children")
    while time.monotonic() < deadline:
        if children := [int(child) for child in listing.read_text(encoding="ascii").split()]:
            return children
        os.sched_yield()
    return []


def _has_ended(process: int) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if "(zombie)" in Path(f"/proc/{process}/status").read_text(encoding="utf-8"):
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        os.sched_yield()
    return False


PIECES = st.lists(
    st.sampled_from(
        [
            "## Data\n\n",
            "### Deep {#deep}\n\n",
            "Title\n=====\n\n",
            "Text with [link][ref] and *form*.\n\n",
            "- one\n- two\n\n    more\n\n",
            "1. one\n2. two\n\n",
            "> quoted\n\n",
            "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
            "    code\n\n",
            "[ref]: https://example.org/\n\n",
            '<div markdown="1">\n\n## Inner\n\n</div>\n\n',
            "<div>\n\n## Raw\n\n</div>\n\n",
            "<!-- ## Not\n\n## Shown -->\n\n",
            "Term\n:   Meaning\n\n",
            "no blank line\n",
            "- item\n# Lazy\n\n",
            "Word[^1].\n\n",
            "[^1]: Note.\n\n",
            "---\n\n",
            "# | a\n---|---\n\n",
        ]
    ),
    max_size=12,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_section_by_section_is_the_same_as_the_whole_at_once(body: str) -> None:
    apart = render_document(body, title="T", extensions=EXTENSIONS)
    # one footnote makes a text indivisible
    whole = render_document(f"{body}\n\n<!-- [^indivisible] -->\n", title="T", extensions=EXTENSIONS)
    if "[^1]" not in body:
        assert [(section.id, section.html) for section in whole.sections] == [
            (section.id, section.html) for section in apart.sections
        ]
