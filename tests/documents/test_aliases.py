"""Links inside a text that was written for another program lead to the section that is meant."""

from __future__ import annotations

import pytest

from policy_site.documents import follow_aliases, links, render_document

EXTENSIONS = ("attr_list",)


@pytest.mark.parametrize(
    ("rule", "heading", "link"),
    [
        ("github", "1. Who we are & why", "1-who-we-are--why"),
        ("github", "Don't `track` me!", "dont-track-me"),
        ("github", "Ihre Rechte", "ihre-rechte"),
        ("github", "snake_case here", "snake_case-here"),
        ("pandoc", "1. Who we are & why", "who-we-are-why"),
        ("pandoc", "3.2 Data.Sets", "data.sets"),
        ("pandoc", "2026", "section"),
    ],
)
def test_a_link_by_the_rules_of_another_program_is_followed(rule: str, heading: str, link: str) -> None:
    body = f"See [it](#{link}).\n\n## {heading} {{#own}}\n\nText."
    document = render_document(body, extensions=EXTENSIONS)
    assert links(follow_aliases(document, [rule])) == ("#own",)
    assert links(follow_aliases(document, [])) == (f"#{link}",)


def test_an_id_that_the_text_has_wins_and_repeated_headings_are_counted() -> None:
    body = "[a](#data) [b](#data-1) [c](#other)\n\n## Data {#one}\n\n## Data {#two}\n\n## X {#other}\n\n## Other\n"
    document = render_document(body, extensions=EXTENSIONS)
    assert links(follow_aliases(document, ["github"])) == ("#one", "#two", "#other")
