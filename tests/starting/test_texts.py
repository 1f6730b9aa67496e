"""A text brought along becomes the first version of a policy, and no word of it is lost."""

from __future__ import annotations

import io
import re
import zipfile
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_site.documents import words
from policy_site.errors import UsageError
from policy_site.starting import take_text
from policy_site.starting.texts import lost_words
from tests.support.redline_documents import document

_DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document'
    ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?><Relationships'
    ' xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
    "</Relationships>"
)
_STYLES = (
    '<?xml version="1.0" encoding="UTF-8"?><w:styles'
    ' xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">{}</w:styles>'
)
_STYLE = '<w:style w:type="paragraph" w:styleId="{0}"><w:name w:val="{1}"/>{2}</w:style>'


def word(*paragraphs: tuple[str, str], body: str = "", numbering: str = "") -> bytes:
    """Make a Word document of (style, words)."""
    made = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{words_}</w:t></w:r></w:p>'
        for style, words_ in paragraphs
    )
    styles = "".join(
        _STYLE.format(name, shown, numbering if name.startswith("Heading") else "")
        for name, shown in (("Title", "Title"), ("Heading1", "heading 1"), ("Heading2", "heading 2"), ("Body", "Body"))
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS)
        archive.writestr("word/document.xml", _DOCUMENT.format(made + body))
        archive.writestr("word/styles.xml", _STYLES.format(styles))
    return content.getvalue()


def test_a_markdown_text_is_taken_as_it_is_and_gets_ids() -> None:
    text = take_text("privacy.md", b"# Privacy\n\n## 1. What we *collect*\n\nNames.\n\n## Rights {#rights}\n\nMany.\n")
    assert text.title == "Privacy"
    assert text.body == "## 1. What we *collect* {#what-we-collect}\n\nNames.\n\n## Rights {#rights}\n\nMany.\n"
    assert not text.remarks


@pytest.mark.parametrize(
    ("content", "title"),
    [
        (b"Privacy\n=======\n\n## A\n\nWords.\n", "Privacy"),
        (b"---\ntitle: Our privacy\n---\n\n## A\n\nWords.\n", "Our privacy"),
        ("\ufeff# Gizlilik politikası\n\nSözler.\n".encode(), "Gizlilik politikası"),
        (b"# Privacy {#top}\r\n\r\n## A\r\n\r\nWords.\r\n", "Privacy"),
        (b"## A\n\nNo title at all.\n", ""),
    ],
)
def test_the_title_of_a_markdown_text_is_found_as_people_write_it(content: bytes, title: str) -> None:
    text = take_text("privacy.md", content)
    assert text.title == title
    assert "# " not in text.body or text.body.startswith("## A")


def test_two_headings_alike_get_two_ids_and_code_gets_none() -> None:
    text = take_text(
        "a.md", b"## Contact\n\na\n\n## Contact\n\nb\n\n```\n# no heading\n```\n\n## \xe8\xb4\xa6\xe5\x8f\xb7\n\nc\n"
    )
    assert re.findall(r"\{#([^}]*)\}", text.body) == ["contact", "contact-2", "账号"]


def test_a_plain_text_shows_its_headings_lists_and_signs() -> None:
    content = (
        "LARKSPUR\n\nPrivacy Policy\n\n1. Scope\n\nCookies _ga and *_gid* cost < 5 EUR.\n\n• one\n• two\n\n"
        "2.1 Sharing\n\n12. is a number here, too.\n\nYOUR RIGHTS\n\nYou may object.\n"
    )
    text = take_text("privacy.txt", content.encode())
    assert text.title == "Privacy Policy"
    assert "## 1. Scope {#scope}" in text.body
    assert "### 2.1 Sharing {#sharing}" in text.body
    assert "## YOUR RIGHTS {#your-rights}" in text.body
    assert "- one\n- two" in text.body
    shown = " ".join(words(document(text.body)))
    assert "Cookies _ga and *_gid* cost < 5 EUR." in shown
    assert "12. is a number here, too." in shown


def test_a_page_gives_its_main_part_without_what_surrounds_it() -> None:
    page = (
        "<!doctype html><html><head><title>x</title><style>p{}</style></head><body><nav>Home</nav><main>"
        "<h1>Privacy</h1>"
        "<h2>Data</h2><p>We keep <b>names</b>.<script>alert(1)</script></p><table><tr><th>A</th></tr><tr><td>x|y"
        "</td></tr>"
        "</table><img src='a.png'></main><footer>(c)</footer></body></html>"
    )
    text = take_text("privacy.html", page.encode())
    assert text.title == "Privacy"
    assert text.body.startswith("## Data {#data}\n\nWe keep **names**.")
    assert "Home" not in text.body
    assert "alert" not in text.body
    assert r"x\|y" in text.body
    assert any("Pictures" in remark for remark in text.remarks)


@pytest.mark.parametrize(
    "words_",
    [
        "a < b &amp; c",
        "_ga and *",
        "1. Only",
        "# no heading",
        "- dash",
        "[a](b)",
        "~~kept~~",
        "{: #a }",
        "&amp;lt;",
        "12) x",
    ],
)
def test_signs_of_a_page_stay_signs(words_: str) -> None:
    text = take_text("p.html", f"<p>{words_}</p><p>More.</p>".encode())
    wanted = words_.replace("&amp;", "&").replace("< b", "< b")
    assert words(document(text.body)) == (*wanted.split(), "More.")


def test_a_word_document_gives_its_headings_by_their_styles() -> None:
    content = word(
        ("Title", "Privacy policy"), ("Heading1", "Data we keep"), ("Body", "Names and a_b."), ("Heading2", "Why")
    )
    text = take_text("privacy.docx", content)
    assert text.title == "Privacy policy"
    assert "# Data we keep {#data-we-keep}" in text.body
    assert "## Why {#why}" in text.body
    assert not text.remarks


def test_what_word_shows_and_the_text_has_not_is_said() -> None:
    content = word(
        ("Heading1", "Data"), ("Body", "Names."), numbering='<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'
    )
    assert any("numbers the headings by itself" in remark for remark in take_text("p.docx", content).remarks)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("p.docx", word(body="<w:p><w:ins><w:r><w:t>new</w:t></w:r></w:ins></w:p>"), "tracked changes"),
        (
            "p.docx",
            word(body='<w:p><w:del w:id="1"><w:r><w:delText>old</w:delText></w:r></w:del></w:p>'),
            "tracked changes",
        ),
        ("p.docx", b"no archive", "not a Word document"),
        ("p.docx", word()[:200], "not a Word document"),
        ("p.docx", word(), "no words"),
        ("p.pdf", b"%PDF", "no kind that can be brought along"),
        ("p.md", b"", "no words"),
        ("p.md", b"---\n---\n", "no words"),
        ("p.txt", b"caf\xe9", "not a text in UTF-8"),
        ("p.txt", b"a\0b", "no text"),
        ("p.html", b"", "HTML"),
    ],
)
def test_what_cannot_be_read_as_it_was_meant_is_refused(name: str, content: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        take_text(name, content)
    assert refused.value.remedy


def test_a_small_archive_that_is_large_inside_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    with pytest.raises(UsageError, match="too large"):
        take_text("p.docx", content.getvalue())


_SIGNS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)


@given(st.lists(st.lists(_SIGNS, min_size=1, max_size=3), min_size=1, max_size=5))
def test_property_every_word_of_a_plain_text_is_published(paragraphs: list[list[str]]) -> None:
    content = "\n\n".join("\n".join(lines) for lines in paragraphs)
    try:
        text = take_text("p.txt", content.encode())
    except UsageError:
        return
    assert not lost_words(tuple(re.findall(r"\w+", content)), f"{text.title} {text.body}"), text.body
    shown = document(text.body)
    wanted = "".join(re.findall(r"\w", unescape(re.sub(r"\{#[^}]*\}", "", text.body))))
    got = "".join(re.findall(r"\w", " ".join(words(shown))))
    assert got == wanted


def test_an_escaped_sign_is_no_lost_word() -> None:
    written = "## Data\n\nOur cookies: \\_ga\\_1, a\\*b, and 3\\. of May.\n"
    assert take_text("a.md", written.encode()).remarks == ()
