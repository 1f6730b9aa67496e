"""Real feed readers subscribe to a published site: they see each event once, and nothing after an identical rebuild."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import feedparser_sgmllib
import pytest

from policy_site.publishing.site import freeze_site
from tests.support.builder import PolicyRepository
from tests.support.feed_reading import Newsboat, Rss2email, SiteServer
from tests.support.publishing import compiled
from tests.support.services import SmtpSink

# reader 3.26 imports `sgmllib`, which the feedparser of its time brought; today's brings the same by this name.
sys.modules.setdefault("sgmllib", feedparser_sgmllib)
from reader import Reader, make_reader  # noqa: E402 - after the line above

TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"
TITLE = {
    "en": 'Privacy <b>& "more"</b> <script>alert(1)</script>',
    "de": 'Datenschutz <b>& "mehr"</b> <script>alert(1)</script>',
}
NEW_HEADLINE = {
    "en": f"{TITLE['en']}: a version took effect on March 1, 2026",
    "de": f"{TITLE['de']}: Seit dem 1. März 2026 gilt eine neue Fassung",
}
SUMMARY = {"en": "We keep *less* & <script>alert(2)</script> ask.", "de": "Wir behalten *weniger*."}


INSTANTS = {"announced": "2026-02-01", "rebuilt": "2026-02-20", "effective": "2026-03-02"}
ALL = {"en": "en/changes.atom", "de": "de/changes.atom"}


class PublishedSite:
    """A site as it stood announced, built again without news, and with one event more."""

    def __init__(self, server: SiteServer, folder: Path) -> None:
        self._server, self._folder = server, folder
        policies = PolicyRepository(folder / "repository")
        policies.site(policies=["privacy", "cookies"], languages=["en", "de"], base_url=server.url)
        for text, effective in ((TEXT, "2025-03-01"), (TEXT.replace("90", "60"), "2026-03-01")):
            for language in ("en", "de"):
                words = {"summary": SUMMARY[language]}
                title = TITLE[language]
                policies.publish("privacy", effective=effective, language=language, text=text, title=title, words=words)
        policies.publish("cookies", effective="2025-03-01", text=TEXT)
        for name, day in INSTANTS.items():
            at = datetime.fromisoformat(day).replace(tzinfo=UTC)
            freeze_site(compiled(policies, as_of=at), folder / name)
            _date_files(folder / name, at)

    def publish(self, name: str) -> None:
        self._server.folder = self._folder / name

    def feed(self, path: str) -> str:
        return f"{self._server.url}{path}"

    def page(self, language: str, version: str) -> str:
        return f"{self._server.url}{language}/privacy/v/{version}/changes/"


def _date_files(site: Path, instant: datetime) -> None:
    # Last-Modified counts whole seconds, and readers take a file of the same second for the one they have (libcurl does
    # so by itself). These sites are built within one second; a real one is published days after the one before.
    for path in site.rglob("*"):
        os.utime(path, (instant.timestamp(),) * 2)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PublishedSite]:
    """Build the three sites once."""
    with SiteServer() as server:
        yield PublishedSite(server, tmp_path_factory.mktemp("published"))


@pytest.fixture
def site(built: PublishedSite) -> PublishedSite:
    """Return the sites, the first one published."""
    built.publish("announced")
    return built


def test_newsboat_sees_each_event_once(site: PublishedSite, tmp_path: Path) -> None:
    newsboat = Newsboat(tmp_path)
    newsboat.subscribe(*(site.feed(path) for path in ALL.values()))
    assert newsboat.reload() == 10

    site.publish("rebuilt")
    before = {language: newsboat.articles(site.feed(path)) for language, path in ALL.items()}
    assert newsboat.reload() == 10
    assert {language: newsboat.articles(site.feed(path)) for language, path in ALL.items()} == before

    site.publish("effective")
    assert newsboat.reload() == 12
    for language, path in ALL.items():
        ((_, title, url),) = set(newsboat.articles(site.feed(path))) - set(before[language])
        assert (title, url) == (NEW_HEADLINE[language], site.page(language, "2026-03-01"))


def test_an_event_in_the_feed_of_a_policy_and_in_that_of_all_is_one_article_in_newsboat(
    site: PublishedSite, tmp_path: Path
) -> None:
    newsboat = Newsboat(tmp_path)
    newsboat.subscribe(site.feed("en/changes.atom"), site.feed("en/privacy/changes.atom"))
    assert newsboat.reload() == 5
    assert newsboat.reload() == 5


def test_rss2email_mails_each_event_once(site: PublishedSite, tmp_path: Path, smtp_sink: SmtpSink) -> None:
    rss2email = Rss2email(tmp_path, smtp_sink)
    rss2email.subscribe(
        english=site.feed(ALL["en"]), german=site.feed(ALL["de"]), policy=site.feed("en/privacy/changes.atom")
    )
    assert rss2email.run() == 5 + 5 + 3

    site.publish("rebuilt")
    assert rss2email.run() == 0

    site.publish("effective")
    assert rss2email.run() == 3
    mails = {one.message["List-ID"]: one.message for one in smtp_sink.messages()[-3:]}
    for name, language in (("english", "en"), ("german", "de"), ("policy", "en")):
        mail = mails[f"<{name}.localhost>"]
        assert mail["Subject"] == NEW_HEADLINE[language]
        assert mail["X-RSS-URL"] == site.page(language, "2026-03-01")


def test_html_of_a_title_is_text_in_the_mails_of_rss2email(
    site: PublishedSite, tmp_path: Path, smtp_sink: SmtpSink
) -> None:
    rss2email = Rss2email(tmp_path, smtp_sink)
    rss2email.subscribe(policy=site.feed("en/privacy/changes.atom"))
    rss2email.change(**{"html-mail": "True"})
    assert rss2email.run() == 3
    for one in smtp_sink.messages():
        html = one.message.get_content()
        assert "<script" not in html
        assert '&lt;b&gt;&amp; "more"&lt;/b&gt;' in html
        assert "<em>less</em>" in html, "the words are HTML"


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Return the reader package with an empty memory."""
    with closing(make_reader(str(tmp_path / "reader.sqlite"))) as made:
        yield made


def _update(reader: Reader) -> tuple[int, int]:
    """Fetch every feed; return how many entries are new and how many were modified."""
    results = list(reader.update_feeds_iter(scheduled=False))
    assert [result.error for result in results if result.error] == []
    feeds = [result.updated_feed for result in results if result.updated_feed]
    return sum(feed.new for feed in feeds), sum(feed.modified for feed in feeds)


def test_reader_counts_no_entry_as_new_or_modified_after_a_rebuild(site: PublishedSite, reader: Reader) -> None:
    for path in (*ALL.values(), "en/privacy/changes.atom", "de/privacy/notices.atom", "en/changes.json"):
        reader.add_feed(site.feed(path))
    assert _update(reader) == (5 + 5 + 3 + 2 + 5, 0)

    site.publish("rebuilt")
    assert _update(reader) == (0, 0)
    before = {(entry.feed_url, entry.id) for entry in reader.get_entries()}

    site.publish("effective")
    assert _update(reader) == (4, 0), "what takes effect was announced before: it is no notice"
    new = [entry for entry in reader.get_entries() if (entry.feed_url, entry.id) not in before]
    assert len({entry.feed_url for entry in new}) == 4
    for entry in new:
        language = entry.feed_url.removeprefix(site.feed("")).partition("/")[0]
        assert (entry.title, entry.link) == (NEW_HEADLINE[language], site.page(language, "2026-03-01"))
        assert entry.published == datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("language", ["en", "de"])
def test_reader_gets_words_and_language_of_each_feed(site: PublishedSite, reader: Reader, language: str) -> None:
    url = site.feed(f"{language}/privacy/changes.atom")
    reader.add_feed(url)
    _update(reader)
    assert reader.get_feed(url).link == site.feed(f"{language}/privacy/history/")
    for entry in reader.get_entries(feed=url):
        (content,) = entry.content
        assert content.language == language
        assert "<script" not in content.value
        assert ("<em>less</em>" if language == "en" else "<em>weniger</em>") in content.value
        assert entry.link
        assert entry.link.startswith(site.feed(f"{language}/privacy/v/"))
        assert (entry.title or "").startswith(f"{TITLE[language]}: ")
