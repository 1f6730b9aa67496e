"""The JSON of a redline: its schema holds, and both texts come back from it alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site import redlines
from policy_site.commands import main
from policy_site.model import Document
from policy_site.redlines.schema import json_schema
from tests.support.redline_documents import TEXTS, document, pairs

ROOT = Path(__file__).parents[2]
SCHEMA = json_schema("https://example.org/schemas/redline/1.0.json")
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
_LINES = st.lists(
    st.tuples(st.sampled_from(["", "# ", "- ", "1. ", "> ", "| ", "```", "    "]), TEXTS).map("".join), max_size=12
)
SOURCES = st.tuples(_LINES, st.sampled_from(["\n", "\r\n", "\n\n", "\r"])).map(lambda drawn: drawn[1].join(drawn[0]))


def _rebuild(value: Any, side: str) -> list[str]:
    """Rebuild one side as docs/redlines.md says, with the code that stands there."""
    code = re.search(r"```python\n(.*?)```", (ROOT / "docs/redlines.md").read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    names: dict[str, Any] = {}
    exec(code[1], names)  # noqa: S102 - the documentation is what is tested
    blocks: list[str] = names["rebuild"](value, side)
    return blocks


def _through_json(redline: redlines.Redline | redlines.SourceRedline) -> Any:
    return json.loads(json.dumps(redlines.json.to_json(redline)))


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@given(pairs())
def test_what_readers_see_comes_back_from_the_json_alone(pair: tuple[Document, Document]) -> None:
    value = _through_json(redlines.compare(*pair))
    VALIDATOR.validate(value)
    for side, text in zip(("old", "new"), pair, strict=True):
        assert _rebuild(value, side) == [block.text for block in text.blocks]


@given(SOURCES, SOURCES)
def test_both_files_come_back_from_the_json_alone(old: str, new: str) -> None:
    value = _through_json(redlines.compare_sources(old, new))
    VALIDATOR.validate(value)
    assert "".join(_rebuild(value, "old")) == old
    assert "".join(_rebuild(value, "new")) == new


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("level", "neither"),
        ("words_added", -1),
        ("sections", [{"operations": []}]),
        ("format", "something-else"),
    ],
)
def test_the_schema_refuses_what_is_no_redline(part: str, wrong: object) -> None:
    value = _through_json(redlines.compare(document("One."), document("Two words.")))
    value[part] = wrong
    assert not VALIDATOR.is_valid(value)


def test_the_command_gives_both_files_back_byte_for_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "old": b"\xef\xbb\xbf## Logs\r\n\r\nWe keep them for 72 hours.\r\n",
        "new": b"## Logs\n\nWe keep them for 24 hours.",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    call = ["diff", str(tmp_path / "old"), str(tmp_path / "new"), "--format", "json"]
    assert main([*call, "--level", "source"]) == 0
    value = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(value)
    assert {side: "".join(_rebuild(value, side)).encode() for side in files} == files
    assert main(call) == 0
    assert _rebuild(json.loads(capsys.readouterr().out), "new") == ["Logs", "We keep them for 24 hours."]
    assert main([*call[:3], "--format", "html", "--level", "source"]) == 2
