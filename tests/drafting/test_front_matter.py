"""One fact of a text is written, the rest stays as it was."""

from __future__ import annotations

import pytest

from policy_site.drafting.front_matter import with_fact


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("---\ntitle: A\n---\nWords.\n", "---\ntitle: A\nversion: x\n---\nWords.\n"),
        ("---\nversion: a\ntitle: A\n---\n", "---\nversion: x\ntitle: A\n---\n"),
        ("---\nversion: a   # by custom the day\n---\n", "---\nversion: x   # by custom the day\n---\n"),
        ("---\nversion:\n  - a\n  - b\ntitle: A\n---\n", "---\nversion: x\ntitle: A\n---\n"),
        ("Words.\n", "---\nversion: x\n---\n\nWords.\n"),
        ("---\nnote: {version: a}\n---\n", "---\nnote: {version: a}\nversion: x\n---\n"),
        ("---\ntitle: A\n---\nversion: in the words\n", "---\ntitle: A\nversion: x\n---\nversion: in the words\n"),
        ("\ufeff---\ntitle: A\n---\n", "\ufeff---\ntitle: A\nversion: x\n---\n"),
    ],
)
def test_a_fact_is_written_and_nothing_else(text: str, written: str) -> None:
    assert with_fact(text, "version", "x") == written
