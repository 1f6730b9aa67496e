"""One place finds the headings of a file, their ids and their lines."""

from __future__ import annotations

import pytest

from policy_site.sources.headings import find_headings, line_of, line_of_section

TEXT = """---
title: Privacy
---
# Privacy

## Data {#data}

```markdown
## Not a heading {#sample}
```

   ### Sharing {.wide #sharing}

## The braces {of} words

Retention {#retention}
---------
"""


def test_headings_come_with_line_level_and_id_and_what_is_code_is_none() -> None:
    found = [(heading.line, heading.level, heading.id) for heading in find_headings(TEXT)]
    assert found == [(4, 1, ""), (6, 2, "data"), (12, 3, "sharing"), (14, 2, "")]


def test_a_heading_knows_where_it_begins_and_ends() -> None:
    assert [TEXT[heading.start : heading.end] for heading in find_headings(TEXT)][:2] == [
        "# Privacy",
        "## Data {#data}",
    ]


@pytest.mark.parametrize(
    ("section", "line"),
    [("data", 6), ("sharing", 12), ("retention", 16), ("reten", None), ("da", None), ("d.ta", None), ("of", None)],
)
def test_the_line_of_a_section_is_that_of_its_id(section: str, line: int | None) -> None:
    assert line_of_section(TEXT, section) == line


@pytest.mark.parametrize(("words", "line"), [("---", 1), ("Retention", 16), ("nowhere", None)])
def test_the_line_of_words_is_that_of_their_first_place(words: str, line: int | None) -> None:
    assert line_of(TEXT, words) == line
