"""What is not meant for readers never leaves: in no page, no file beside it and no feed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from policy_site.pages import PageKind, plan_pages
from policy_site.publication import Publication
from policy_site.sources import without_hidden_parts
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

HIDDEN = (
    "<!-- LEAK counsel: privileged -->\n\nYou pay.",
    "You pay. <!-- LEAK or 15 --> Always.",
    "<!--\n## 9. Sale {#sale}\n\nLEAK a clause\n\n- parked\n-->\n\nYou pay.",
    "[//]: # (LEAK check with the regulator)\n\nYou pay.",
    '[//]: # "LEAK"\n[comment]: <> (LEAK)\n[_]: LEAK\n\nYou pay.',
    "[//]: #\n  'LEAK on a line of its own'\n\nYou pay.",
    "You pay [them][x].\n\n[x]: https://a.example/\n[old]: https://leak.example/LEAK 'LEAK'",
    "- one\n\n<!-- LEAK keeps two lists apart -->\n\n- two",
    "You pay.\n<!-- LEAK in a paragraph\nof two lines -->\nAlways.",
    "> You pay. <!-- LEAK in a quotation -->\n",
    "| a | b |\n|---|---|\n| 1 <!-- LEAK --> | 2 |",
    "{% comment %}\nLEAK of Liquid\n{% endcomment %}\n\nYou pay.",
    "{::comment}\nLEAK of kramdown\n{:/comment}\n\nYou pay.",
    "{# LEAK of Jinja #}\n\nYou pay. {{!-- LEAK --}} {/* LEAK */} {{/* LEAK */}}",
    '<div data-note="LEAK" onclick="LEAK()">You pay.</div>',
    "    <!-- shown -->\n\nYou pay.\n\n1. one\n\n    <!-- LEAK in an entry -->\n",
)
SHOWN = (
    "`<!-- shown -->` and ``[//]: # (shown)``",
    "    <!-- shown as code -->\n",
    "```\n<!-- shown -->\n[//]: # (shown)\n{% comment %}shown{% endcomment %}\n```",
    "<!-- shown since it is never closed",
    "<!--> shown -->",
    "See [here][x].\n\n[x]: https://a.example/ 'shown'",
    "## Fees {#fees}\n\nSee {#fees} and {# fees }.",
)


def everything(publication: Publication) -> dict[str, str]:
    """Return every file of the site by its address, static ones left out."""
    client = create_app(publication).test_client()
    return {
        page.address: client.get(f"/{page.address}").data.decode("utf-8", "replace")
        for page in plan_pages(publication)
        if page.kind not in (PageKind.STATIC, PageKind.MANIFEST)
    }


def leaks(site: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield where words stand that nobody was to read."""
    for address, content in site.items():
        for line in content.split("\n"):
            if "LEAK" in line:
                place = line.index("LEAK")
                yield address, line[max(place - 60, 0) : place + 40]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    repository = PolicyRepository(tmp_path_factory.mktemp("hidden")).site(
        policies=[f"p{number}" for number in range(len(HIDDEN))]
    )
    for number, hidden in enumerate(HIDDEN):
        words = {"summary": f"It changed.\n\n{hidden}", "impact": hidden, "choices": hidden}
        repository.publish(f"p{number}", effective="2026-02-01", text=f"## Fees {{#f}}\n\n{hidden}\n", words=words)
    return everything(compiled(repository))


def test_no_comment_of_any_form_leaves(site: dict[str, str]) -> None:
    assert len(site) > 10 * len(HIDDEN)
    assert [f"{address}: {line}" for address, line in leaks(site)] == []


def test_markdown_says_the_rest(site: dict[str, str]) -> None:
    for number, hidden in enumerate(HIDDEN):
        content = site[f"en/p{number}/v/2026-02-01/index.md"]
        assert content.startswith(f'---\ntitle: P{number}\nversion: "2026-02-01"\n---\n')
        assert [word for word in ("pay", "Always", "them", "one", "two") if word in hidden.split("-->")[-1]] == [
            word
            for word in ("pay", "Always", "them", "one", "two")
            if word in content and word in hidden.split("-->")[-1]
        ]
        assert "<h2" not in content, "the form of the file is kept"


def test_an_empty_comment_keeps_two_lists_apart(site: dict[str, str]) -> None:
    number = next(number for number, hidden in enumerate(HIDDEN) if "two lists" in hidden)
    content = site[f"en/p{number}/v/2026-02-01/index.md"]
    assert ("- one" in content, "- two" in content) == (True, True)


@pytest.mark.parametrize("shown", SHOWN)
def test_what_readers_see_is_no_comment(shown: str, tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path).site(policies=["terms"])
    repository.publish("terms", effective="2026-02-01", text=f"## A {{#a}}\n\n{shown}\n")
    publication = compiled(repository)
    assert publication.sources == {}
    client = create_app(publication).test_client()
    written = client.get("/en/terms/v/2026-02-01/index.md").data
    digest = publication.policies[0].versions[0].editions["en"].digest
    assert hashlib.sha256(written).hexdigest() == digest, "the very file, as the feed names it"


@pytest.mark.parametrize(
    "front_matter",
    [
        "---\ntitle: Terms\ninternal_ticket: LEAK\ndate: 2025-01-10\n---\n",
        "---\n# LEAK\ntitle: Terms # LEAK\n---\n",
        "--- \ntitle: Terms\nowners:\n  - LEAK\n---\n",
        "+++\ntitle = 'Terms'\nowner = 'LEAK'\n+++\n",
        "---\ntitle:\n  Terms\ndescription: >\n  LEAK\n---\n",
    ],
)
def test_front_matter_of_others_never_leaves(front_matter: str, tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path, folder=".").site(versions={"source": "revision"}, policies=["terms"])
    repository.write("terms/en.md", f"{front_matter}\n## Fees\n\nYou pay.\n").commit(when="2025-01-10")
    site = everything(compiled(repository))
    assert list(leaks(site)) == []
    assert site["en/terms/v/2025-01-10/index.md"] == '---\ntitle: "Terms"\n---\n\n## Fees\n\nYou pay.\n'


def test_a_text_that_cannot_be_rendered_is_shown_without_its_comments(tmp_path: Path) -> None:
    repository = PolicyRepository(tmp_path, folder=".").site(versions={"source": "revision"}, policies=["terms"])
    repository.write("terms/en.md", f"<!-- LEAK -->\n\nYou pay. {'[' * 60}\n").commit(when="2025-01-10")
    site = everything(compiled(repository))
    assert "You pay." in site["en/terms/v/2025-01-10/"]
    assert list(leaks(site)) == []


@pytest.mark.parametrize("body", ["<!-- a " * 20_000, "`" * 3_000 + " x " * 1_000, "[a]: b\n" * 20_000, "{#" * 50_000])
def test_hostile_texts_take_no_time(body: str) -> None:
    without_hidden_parts(body)
