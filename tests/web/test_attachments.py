"""Pictures and files beside texts: copied with the version that names them, and missed where they are not there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from policy_site.checks import check
from policy_site.history import AttachedFiles, Wanted
from policy_site.model import Finding, Severity
from policy_site.publication.attachments import MEDIA_TYPES, paths_meant
from policy_site.publication.vectors import find_svg_fault
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

PNG = b"\x89PNG\r\n\x1a\n"
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/><use href="#a"/></svg>'


def found(repository: PolicyRepository, rule: str = "links") -> list[Finding]:
    return [finding for finding in check(compiled(repository)) if finding.rule == rule]


def client_of(repository: PolicyRepository) -> FlaskClient:
    return create_app(compiled(repository)).test_client()


@pytest.fixture
def repository(tmp_path: Path) -> PolicyRepository:
    return PolicyRepository(tmp_path).site(policies=["terms", "privacy"], base_url="https://example.org/legal/")


def test_an_old_page_keeps_its_own_picture_and_file(repository: PolicyRepository) -> None:
    text = "## Seal {#s}\n\n![Our seal](seal.png) See the [signed copy](files/Signed%20copy.pdf#page=2).\n"
    for day, content in (("2026-02-01", b"one"), ("2026-03-01", b"two")):
        repository.write("content/terms/seal.png", PNG + content)
        repository.write("content/terms/files/Signed copy.pdf", b"%PDF-" + content)
        repository.publish("terms", effective=day, text=f"{text}\nOf {day}.\n")
    client = client_of(repository)
    for day, content in (("2026-02-01", b"one"), ("2026-03-01", b"two")):
        page = client.get(f"/en/terms/v/{day}/").data.decode()
        (picture,) = re.findall(r'<img alt="Our seal" src="/legal/(files/seal\.[0-9a-f]{12}\.png)">', page)
        (file,) = re.findall(r'href="/legal/(files/signed-copy\.[0-9a-f]{12}\.pdf)"', page)
        shown = client.get(f"/{picture}")
        assert (shown.data, shown.content_type) == (PNG + content, "image/png")
        assert client.get(f"/{file}").data == b"%PDF-" + content
        plain = client.get(f"/en/terms/v/{day}/index.txt").data.decode()
        assert f"signed copy (https://example.org/legal/{file})" in plain
    assert found(repository) == []


def test_a_picture_that_changes_later_changes_no_text_before(repository: PolicyRepository) -> None:
    repository.write("content/terms/seal.png", PNG + b"old")
    repository.publish("terms", effective="2026-02-01", text="![Seal](seal.png)\n")
    before = client_of(repository).get("/en/terms/v/2026-02-01/").data
    repository.write("content/terms/seal.png", PNG + b"new").commit(when="2026-03-01")
    assert client_of(repository).get("/en/terms/v/2026-02-01/").data == before
    repository.delete("content/terms/seal.png").commit(when="2026-03-02")
    assert client_of(repository).get("/en/terms/v/2026-02-01/").data == before


def test_a_picture_that_was_forgotten_can_be_added(repository: PolicyRepository) -> None:
    repository.publish("terms", effective="2026-02-01", text="![Seal](seal.png)\n")
    (finding,) = found(repository)
    assert (finding.line, finding.severity) == (5, Severity.WARNING)
    assert "'seal.png'" in finding.message
    page = client_of(repository).get("/en/terms/").data.decode()
    assert "<img" not in page
    assert "Seal" in page
    repository.write("content/terms/seal.png", PNG).commit(when="2026-03-01")
    assert found(repository) == []
    assert "<img" in client_of(repository).get("/en/terms/").data.decode()


def test_a_release_note_brings_its_pictures_to_feeds_whole(repository: PolicyRepository) -> None:
    repository.publish("privacy", effective="2026-01-01", text="## Sharing {#sharing}\n\nNone.\n")
    repository.write("content/terms/chart.png", PNG + b"beside the text")
    repository.write("content/terms/releases/note.csv", b"a,b\n")
    summary = (
        "![Chart](chart.png) [data](note.csv) [one](../privacy/en.md#sharing) [two](../../privacy/en.md#sharing)"
        " [three](../privacy/) [four](../privacy.html)"
    )
    repository.publish("terms", effective="2026-02-01", text="## A {#a}\n\nB.\n", words={"summary": summary})
    assert found(repository) == []
    client = client_of(repository)
    event = json.loads(client.get("/changes/v1/feed.json").data)["events"][-1]
    words = event["editions"]["en"]["summary"]
    targets = re.findall(r'(?:src|href)="([^"]*)"', words["html"])
    assert [
        re.sub(r"\.[0-9a-f]{12}\.", ".", target).removeprefix("https://example.org/legal/") for target in targets
    ] == [
        "files/chart.png",
        "files/note.csv",
        "en/privacy/#sharing",
        "en/privacy/#sharing",
        "en/privacy/",
        "en/privacy/",
    ]
    assert "../" not in words["text"]
    account = client.get("/en/terms/v/2026-02-01/changes/").data.decode()
    assert 'href="/legal/en/privacy/#sharing"' in account
    assert 'src="/legal/files/chart.' in account


LEADING_NOWHERE = (
    ("[x](#nowhere)", "names a section that does not exist"),
    ("[x](../privcay/en.md)", "does not match a text or file of this site"),
    ("[x](../privacy/en.md#nowhere)", "names a section that does not exist"),
    ("[x](/legal/en/privcay/)", "does not match a page of this site"),
    ("[x](/legal/en/privacy/v/1999-01-01/)", "does not match a page of this site"),
    ("[x](htps://example.org/)", "uses 'htps'"),
    ("[x](https://bob@example.org/)", "names a user"),
    ("[x](www.example.org/pay)", "Write 'https://www.example.org/pay'"),
    ("[x](privacy@example.org)", "Write 'mailto:privacy@example.org'"),
    ("[x]()", "has no address"),
    ("[x](tool.exe)", "does not match a text or file of this site"),
    ("![x](chart.png)", "does not exist on this site"),
    ("![x](/legal/img/p.png)", "does not exist on this site"),
    ("![x](https://cdn.test/p.png)", "is on another site"),
    ("![x](\\\\\\\\cdn.test/q.png)", "is on another site"),
    ('<img alt="x" src="//cdn.test/r.png">', "is on another site"),
)


def test_what_leads_nowhere_is_found_in_texts_and_notes_of_every_language(repository: PolicyRepository) -> None:
    repository.site(policies=["terms", "privacy"], languages=["en", "de"], base_url="https://example.org/legal/")
    repository.publish("privacy", effective="2026-01-01", text="## Sharing {#sharing}\n\nNone.\n")
    lines = "\n\n".join(f"{number}: {link}" for number, (link, _) in enumerate(LEADING_NOWHERE))
    lines = re.sub(r"(\d+): (!?)\[x\]", r"\1: \2[x\1]", lines)
    body = f"## A {{#a}}\n\n{lines}\n"
    repository.publish("terms", effective="2026-02-01", text=body, words={"impact": lines})
    repository.publish("terms", effective="2026-02-01", text=body, language="de", words={"choices": lines})
    told = found(repository)
    for name in ("en.md", "de.md", "releases/2026-02-01.md", "releases/2026-02-01.de.md"):
        written = (repository.content / "terms" / name).read_text(encoding="utf-8").split("\n")
        for number, (_, message) in enumerate(LEADING_NOWHERE):
            (line,) = (place for place, words in enumerate(written, start=1) if words.startswith(f"{number}: "))
            said = [
                f"{finding.message} {finding.remedy}"
                for finding in told
                if (finding.path, finding.line) == (f"terms/{name}", line)
            ]
            assert [message in each for each in said] == [True], (name, written[line - 1], said)
    assert len(told) == 4 * len(LEADING_NOWHERE)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("seal.svg", '<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>', "'script'"),
        ("seal.bmp", "BM", "of a kind that is not published"),
        ("seal.png", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        ("seal.html", "<script>x</script>", "of a kind"),
        ("seal.gif", "x" * (10 * 1024 * 1024 + 1), "larger than 10 MiB"),
    ],
)
def test_a_file_that_is_not_published_is_a_finding(
    name: str, content: str, message: str, repository: PolicyRepository
) -> None:
    repository.write(f"content/terms/{name}", content)
    repository.publish("terms", effective="2026-02-01", text=f"![Seal]({name})\n")
    assert message in found(repository)[0].message
    assert compiled(repository).attachments.keys()
    assert "<img" not in client_of(repository).get("/en/terms/").data.decode()


def test_nothing_is_read_outside_the_content_folder_or_through_links(
    repository: PolicyRepository,
) -> None:
    repository.write("secret.png", b"SECRET").write("content/terms/dir/x.png", b"SECRET")
    (repository.content / "terms" / "link.png").symlink_to("../../secret.png")
    (repository.content / "terms" / "way").symlink_to("dir")
    names = ("../../secret.png", "link.png", "way/x.png", "/etc/hostname.png", "%2e%2e/%2e%2e/secret.png", "a%00.png")
    text = " ".join(f"![x]({name}) [y]({name})" for name in names)
    repository.publish("terms", effective="2026-02-01", text=text)
    publication = compiled(repository, with_work_tree=True)
    assert not publication.attachments
    disk = AttachedFiles(disk=repository.content)
    assert (
        disk.read([Wanted(None, "terms/link.png"), Wanted(None, "terms/way/x.png"), Wanted(None, "../secret.png")])
        == {}
    )
    assert disk.read([Wanted(None, "terms/dir/x.png")]) == {Wanted(None, "terms/dir/x.png"): b"SECRET"}


def test_a_preview_shows_pictures_that_are_not_committed(repository: PolicyRepository) -> None:
    repository.publish("terms", effective="2026-02-01", text="![Seal](seal.png)\n")
    repository.write("content/terms/seal.png", PNG)
    publication = compiled(repository, with_work_tree=True)
    assert "<img" in create_app(publication).test_client().get("/en/terms/").data.decode()
    assert "<img" not in client_of(repository).get("/en/terms/").data.decode()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (DRAWING, ""),
        ('<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:url(#b)}</style></svg>', ""),
        ('<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>', "declares a document type"),
        ('<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "'onload'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>', "'foreignObject'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><a href="https://a.test/"/></svg>', "'a'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><image href="https://a.test/x"/></svg>', "leads to another file"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><set attributeName="href"/></svg>', "'set'"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><style>@import "x"</style></svg>', "reaches for another file"),
        ('<svg xmlns="http://www.w3.org/2000/svg"><path style="fill:url(https://a.test/x)"/></svg>', "reaches for"),
        (
            '<svg xmlns="http://www.w3.org/2000/svg"><h:script xmlns:h="http://www.w3.org/1999/xhtml"/></svg>',
            "'script'",
        ),
        ('<?xml-stylesheet href="x"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an instruction"),
        ("<svg>", "'svg'"),
        ("plain", "not well-formed"),
    ],
)
def test_an_svg_only_draws(body: str, fault: str) -> None:
    said = find_svg_fault(body.encode())
    assert fault in said if fault else said == ""


def test_a_path_starts_from_the_text_and_from_the_policy() -> None:
    assert list(paths_meant("../a/en.md", ["terms/releases/1.md", "terms/en.md"])) == ["terms/a/en.md", "a/en.md"]
    assert list(paths_meant("x.png?v=1#y", ["terms/versions/1.en.md"])) == ["terms/versions/x.png", "terms/x.png"]
    assert list(paths_meant("../../x.png", ["terms/en.md"])) == []
    assert "html" not in MEDIA_TYPES
