"""What holds for every text."""

from __future__ import annotations

import re

import html5lib
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_site.documents import anchors, emit, render_document, text, words
from policy_site.documents.blocks import parse_blocks
from policy_site.documents.cleaning import clean
from policy_site.errors import ContentError
from policy_site.model import Document

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
ELEMENT_NAMES = """
    a abbr address b bdi bdo blockquote br caption cite code dd del details div dl dt em figcaption figure h2 h3 h4 h5
    h6 hr i img ins kbd li mark ol p pre q s small span strong sub summary sup table tbody td tfoot th thead time tr u
    ul
"""
ATTRIBUTE_NAMES = """
    abbr alt class colspan datetime dir headers height href id lang open rel reversed rowspan scope src start title type
    value width
"""
ELEMENTS, ATTRIBUTES = frozenset(ELEMENT_NAMES.split()), frozenset(ATTRIBUTE_NAMES.split())
FRAGMENTS = st.sampled_from(
    [
        "\n",
        "\n\n",
        "    ",
        "  \n",
        "# ",
        "## Heading\n\n",
        "### {#x}\n",
        "- ",
        "1. ",
        "> ",
        "```\n",
        "`",
        "*",
        "**",
        "_",
        "[",
        "](",
        ")",
        "[^1]",
        "[^1]: note\n\n",
        "[ref]: https://example.org\n",
        "[ref]",
        "![alt](a.png)",
        "| a | b |\n",
        "|---|---|\n",
        "{: #id onclick='x' }",
        "{#page-x}",
        ": def\n",
        "<div>",
        "</div>",
        '<div markdown="1">',
        "<p>",
        "<b>",
        "</b>",
        "<a href='javascript:x'>",
        '<a href="',
        "<a name=x>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?",
        "<script>",
        "</script>",
        "<style>",
        "<textarea>",
        "<title>",
        "<svg>",
        "<math>",
        "<table>",
        "<tr>",
        "<td>",
        "<li>",
        "<ul>",
        "<dl><dt>",
        "<dd>",
        "<h1>",
        "</h1>",
        "<pre>",
        "</pre>",
        "<br>",
        "<hr>",
        "<img src=x onerror=y>",
        "<select>",
        "<details><summary>",
        "<caption>",
        "<option>",
        "<template>",
        "&lt;",
        "&#x3c;",
        "&amp;",
        "\\",
        "\u00a0",
        "\ufdd0",
        "\x00",
        "\x02",
        "\ud800",
        "word",
        "naïve",
        "隐私",
        "👩‍👩‍👧",
        "<a id=y><p>",
        "<b><p>x</p>",
        "==\n",
        "--\n",
    ]
)
TEXTS = st.lists(st.one_of(FRAGMENTS, FRAGMENTS, st.text(max_size=8)), max_size=30).map("".join)


READERS = st.sampled_from([EXTENSIONS, ("github",)])


def rendered(body: str, extensions: tuple[str, ...]) -> Document | None:
    try:
        return render_document(body, extensions=extensions)
    except ContentError:
        return None


@settings(max_examples=400, deadline=None)
@given(TEXTS, READERS)
def test_what_is_published_is_clean_whole_and_unique(body: str, extensions: tuple[str, ...]) -> None:
    document = rendered(body, extensions)
    if document is None:
        return
    tree = html5lib.parseFragment(document.html, namespaceHTMLElements=False)
    elements = [element for element in tree.iter() if element is not tree]
    assert {str(element.tag) for element in elements} <= ELEMENTS
    assert {name for element in elements for name in element.attrib} <= ATTRIBUTES
    assert not any(
        re.match(r"\s*(javascript|data|vbscript):", value) for element in elements for value in element.attrib.values()
    )
    found = [element.attrib["id"] for element in elements if "id" in element.attrib]
    assert sorted(found) == sorted(set(found))
    assert set(found) == anchors(document)
    assert not any(name.startswith(("page-", "change-")) for name in found)
    assert len({section.id for section in document.sections}) == len(document.sections)
    assert all(emit(section.blocks) == section.html for section in document.sections)
    assert text(document).endswith("\n")


@settings(max_examples=300, deadline=None)
@given(TEXTS, READERS)
def test_blocks_read_back_from_their_html_are_the_same(body: str, extensions: tuple[str, ...]) -> None:
    document = rendered(body, extensions)
    if document is None or not document.sections:
        return
    assert emit(parse_blocks(clean(f"<div>{document.html}</div>"))) == f"<div>{document.html}</div>"


@settings(max_examples=400, deadline=None)
@given(TEXTS, READERS)
def test_a_plain_paragraph_is_visible_after_anything(body: str, extensions: tuple[str, ...]) -> None:
    document = rendered(f"{body}\n\n## Zuletzt\n\nEvery plain word stays.", extensions)
    if document is None:
        return
    assert "Every plain word stays." in " ".join(words(document))
