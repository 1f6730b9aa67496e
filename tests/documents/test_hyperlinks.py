"""Addresses, judged as a browser parses them: where a link leads, and which pictures are shown."""

from __future__ import annotations

import pytest

from policy_site.documents import links, links_to_nowhere, pictures, render_document, rewrite_links
from policy_site.hyperlinks import Kind, bare_address, is_same_host, judge, only_safe_links, whole_address

EXTENSIONS = ("tables", "attr_list", "def_list", "footnotes", "md_in_html", "sane_lists")
PAGE = "https://example.org/en/terms/"
FOREIGN = (
    "//host.test/p.gif",
    "\\\\host.test/p.gif",
    "/\\host.test/p.gif",
    "/\t/host.test/p.gif",
    " //host.test/p.gif",
    "\n/\n/host.test/p.gif",
    "\x01//host.test/p.gif",
    "HTTPS:\\\\host.test/p.gif",
    "https:////host.test/p.gif",
)


@pytest.mark.parametrize("written", FOREIGN)
def test_what_a_browser_takes_for_another_host_is_another_host(written: str) -> None:
    link = judge(written)
    assert (link.kind, link.address) == (Kind.WEB, "https://host.test/p.gif")
    assert not is_same_host(link.address, PAGE)


@pytest.mark.parametrize(
    "written",
    [
        "javascript:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "htps://example.org/",
        "tel:123",
        "file:///etc/passwd",
        "https:example.org",
        "https:/example.org",
        "https://",
        "https:///?x",
        "https://bob@example.org/",
        "https://example.org:x@host.test/",
        "https://exa mple.org/",
        "https://example.org:99999/",
        "https://[::1/",
        "//",
        "mailto:",
        "mailto:nobody",
        "/a\x00b",
        "/a\u202eb",
    ],
)
def test_nobody_is_led_where_no_browser_should_go(written: str) -> None:
    link = judge(written)
    assert link.kind is Kind.REFUSED
    assert link.fault
    assert whole_address(written, PAGE) == ""


@pytest.mark.parametrize(
    ("written", "kind", "whole"),
    [
        ("../privacy/en.md#x", Kind.PATH, "https://example.org/en/privacy/en.md#x"),
        ("/en/privacy/", Kind.SITE, "https://example.org/en/privacy/"),
        ("#fees", Kind.HERE, "https://example.org/en/terms/#fees"),
        ("?a=\\b", Kind.PATH, "https://example.org/en/terms/?a=\\b"),
        ("a\\b", Kind.PATH, "https://example.org/en/terms/a/b"),
        ("http://a.test/?u=a@b", Kind.WEB, "http://a.test/?u=a@b"),
        ("https://münchen.test/ä", Kind.WEB, "https://münchen.test/ä"),
        ("https://[::1]:8080/", Kind.WEB, "https://[::1]:8080/"),
        ("mailto:a@b.test?subject=x", Kind.MAIL, "mailto:a@b.test?subject=x"),
        ("  ", Kind.NOWHERE, ""),
    ],
)
def test_honest_addresses_pass(written: str, kind: Kind, whole: str) -> None:
    assert judge(written).kind is kind
    assert whole_address(written, PAGE) == whole


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("www.example.org/pay", "https://www.example.org/pay"),
        ("privacy@example.org", "mailto:privacy@example.org"),
        ("wwwhat/en.md", ""),
        ("../www.example.org", ""),
    ],
)
def test_a_bare_address_is_known_by_its_looks(written: str, meant: str) -> None:
    assert bare_address(judge(written)) == meant


@pytest.mark.parametrize("written", FOREIGN)
def test_no_text_shows_a_picture_of_another_host(written: str) -> None:
    escaped = "".join(f"&#{ord(sign)};" for sign in written)
    document = render_document(f'<img src="{escaped}" alt="chart"> ![seal](seal.png)', extensions=EXTENSIONS)
    assert pictures(document) == ("seal.png",)
    assert "host.test" not in document.html
    assert "chart" in document.html


def test_a_link_to_nowhere_keeps_its_words() -> None:
    document = render_document(
        "[a]() [b *c*](htps://x.test/) [d](tel:1) [e](//f.test) <a id=x>g</a>", extensions=EXTENSIONS
    )
    assert links_to_nowhere(document) == ("a", "b c", "d")
    assert links(document) == ("https://f.test",)


def test_words_of_a_feed_keep_links_and_lose_what_leads_elsewhere() -> None:
    html = (
        '<p><a class="x" href="https://a.test/">a</a> <a href="javascript:x">b</a> <a href="/en/">c</a>'
        ' <img alt="p" src="//host.test/p.gif"> <img alt="q" src="/files/q.png"></p>'
    )
    assert only_safe_links(html, page=PAGE) == (
        '<p><a class="x" href="https://a.test/">a</a> <a>b</a> <a href="https://example.org/en/">c</a>'
        ' <img alt="p"> <img alt="q" src="https://example.org/files/q.png"></p>'
    )


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("![](a.png)", "<p></p>"),
        ("One ![](a.png) [![](a.png)](b.md) [![two](a.png)](b.md)", "<p>One   <a>two</a></p>"),
        ("![one](a.png) *![two](a.png)*", "<p>one <em>two</em></p>"),
    ],
)
def test_of_a_picture_that_is_gone_the_words_stay(body: str, html: str) -> None:
    gone = rewrite_links(render_document(body, extensions=EXTENSIONS), lambda _: "")
    assert gone.html == html
    assert pictures(gone) == links(gone) == ()
