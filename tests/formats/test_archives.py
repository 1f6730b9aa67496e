"""Long histories: archive documents are written once, and read again when the change feed is continued."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from policy_site.console.previous import Previous, refuse_contradictions
from policy_site.errors import UsageError
from policy_site.events.canonical import chain_faults
from policy_site.events.published import read_published_feed
from policy_site.pages import PageKind, plan_pages
from policy_site.publication import Publication
from policy_site.remote import open_site
from policy_site.web import create_app, render_files
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

_FEEDS = {
    PageKind.CHANGE_FEED,
    PageKind.ARCHIVE,
    PageKind.FEED,
    PageKind.FEED_ARCHIVE,
    PageKind.SITE_FEED_ARCHIVE,
    PageKind.HEADERS,
}


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """Sixty wordings: a hundred and twenty events."""
    policies = PolicyRepository(tmp_path_factory.mktemp("long")).site(versions={"source": "revision"}, languages=["en"])
    for number in range(60):
        policies.write("content/privacy/en.md", f"---\ntitle: Privacy\n---\nWe keep it for {number} days.\n").commit()
    return compiled(policies)


def write(publication: Publication, folder: Path) -> None:
    pages = [page for page in plan_pages(publication) if page.kind in _FEEDS]
    for page, content in render_files(publication, pages):
        (folder / page.file).parent.mkdir(parents=True, exist_ok=True)
        (folder / page.file).write_bytes(publication.kept_files.get(page.address, content))


def test_a_change_feed_is_read_from_its_head_to_its_first_event(publication: Publication, tmp_path: Path) -> None:
    write(publication, tmp_path)
    with open_site(str(tmp_path)) as site:
        feed = read_published_feed(site)
    assert feed is not None
    assert [event.id for event in feed.events] == [event.id for event in publication.events]
    assert list(chain_faults(feed.records)) == []
    assert feed.base_url == "https://example.org/"


def test_a_change_feed_whose_archive_is_missing_or_changed_is_not_continued(
    publication: Publication, tmp_path: Path
) -> None:
    write(publication, tmp_path)
    feed, archive = tmp_path / "changes/v1/feed.json", tmp_path / "changes/v1/archive-00001.json"
    page = json.loads(feed.read_bytes())
    split = {
        **page,
        "events": page["events"][100:],
        "prev_archive": "https://example.org/changes/v1/archive-00001.json",
    }
    feed.write_text(json.dumps(split), encoding="utf-8")
    with open_site(str(tmp_path)) as site:
        assert read_published_feed(site) is not None
        whole = archive.read_text(encoding="utf-8")
        archive.write_text(whole.replace('"minor"', '"editorial"', 1), encoding="utf-8")
        with pytest.raises(UsageError, match="does not have the hash it names"):
            read_published_feed(site)
        archive.unlink()
        with pytest.raises(UsageError, match=r"the archive page changes/v1/archive-00001\.json is missing"):
            read_published_feed(site)


def test_an_archive_document_that_is_published_stays_byte_for_byte(publication: Publication, tmp_path: Path) -> None:
    write(publication, tmp_path)
    archive = tmp_path / "en/privacy/changes/archive-00001.atom"
    published = archive.read_bytes().replace(b"minor change, effective", b"small change, effective")
    assert published != archive.read_bytes()
    archive.write_bytes(published)
    with open_site(str(tmp_path)) as site:
        feed = read_published_feed(site)
        assert feed is not None
        continued, notes = Previous(site, feed, keep_published=False).carry_over(publication)
        assert notes == ()
        assert dict(continued.kept_files) == {"en/privacy/changes/archive-00001.atom": published}
        assert dict(continued.kept_records) == {}
        answer = create_app(continued).test_client().get("/en/privacy/changes/archive-00001.atom")
        assert answer.get_data() == published
        assert answer.content_type.startswith("application/atom+xml")
        moved = replace(publication, settings=publication.settings.model_copy(update={"base_url": "https://x.test/"}))
        again, notes = Previous(site, feed, keep_published=False).carry_over(moved)
        assert dict(again.kept_files) == {}, "addresses that are no more would lead nowhere"
        assert "the base URL is another one now" in notes[0].message


def test_a_change_feed_of_wordings_agrees_with_itself(publication: Publication) -> None:
    refuse_contradictions(publication, since=0)


def test_static_hosts_are_told_what_archive_documents_are(publication: Publication, tmp_path: Path) -> None:
    write(publication, tmp_path)
    headers = (tmp_path / "_headers").read_text(encoding="utf-8")
    shared = "charset=utf-8\n  Access-Control-Allow-Origin: *\n  Cache-Control: public"
    assert f"/en/privacy/changes/archive-00001.atom\n  Content-Type: application/atom+xml; {shared}" in headers
    assert f"/en/changes/archive-00001.json\n  Content-Type: application/feed+json; {shared}" in headers
