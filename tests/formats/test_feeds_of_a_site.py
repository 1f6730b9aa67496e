"""What validators do not see in the feeds of a built site: order, dates, language, titles, ids, no trace of a build."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from lxml import etree

from policy_site.publishing.site import freeze_site
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

NAMES = {"a": "http://www.w3.org/2005/Atom"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).parents[1] / "support" / "atom.rng"))
BASE = "https://policies.example.org/legal/"
TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n\n## Rights {#rights}\n\nYou can object.\n"
TITLES = {"en": "Terms & <i>conditions</i>", "de": "Bedingungen & <i>mehr</i>", "ar": "الشروط & <i>الأحكام</i>"}


@dataclass(frozen=True)
class ReadEntry:
    id: str
    title: str
    updated: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class ReadFeed:
    """An Atom or JSON feed as a file of the site."""

    path: str
    id: str
    title: str
    language: str
    updated: str
    own_url: str
    entries: tuple[ReadEntry, ...]


def read_atom(root: Path, file: Path) -> ReadFeed:
    document = etree.parse(file).getroot()
    GRAMMAR.assertValid(document)

    def texts(element: etree._Element, path: str) -> list[str]:
        found = element.xpath(path, namespaces=NAMES)
        assert isinstance(found, list)
        return [str(text) for text in found]

    entries = tuple(
        ReadEntry(
            id=texts(entry, "a:id/text()")[0],
            title=texts(entry, "a:title[@type='text']/text()")[0],
            updated=texts(entry, "a:updated/text()")[0],
            urls=tuple(texts(entry, "a:link/@href")),
        )
        for entry in document.findall("a:entry", NAMES)
    )
    return ReadFeed(
        path=file.relative_to(root).as_posix(),
        id=texts(document, "a:id/text()")[0],
        title=texts(document, "a:title[@type='text']/text()")[0],
        language=document.get(LANGUAGE, ""),
        updated=texts(document, "a:updated/text()")[0],
        own_url=texts(document, "a:link[@rel='self']/@href")[0],
        entries=entries,
    )


def read_json(root: Path, file: Path) -> ReadFeed:
    document = json.loads(file.read_bytes())
    entries = tuple(
        ReadEntry(
            id=item["id"],
            title=item["title"],
            updated=item["date_modified"],
            urls=(item["url"], item["_policy"]["event_url"], item["_policy"]["version_url"]),
        )
        for item in document["items"]
    )
    return ReadFeed(
        path=file.relative_to(root).as_posix(),
        id=document["_policy"]["id"],
        title=document["title"],
        language=document["language"],
        updated=document["_policy"]["updated"],
        own_url=document["feed_url"],
        entries=entries,
    )


def read_feeds(root: Path) -> dict[str, ReadFeed]:
    """Return every feed of a site by its path."""
    atom = [read_atom(root, file) for file in root.rglob("*.atom")]
    json_files = (file for name in ("changes", "notices") for file in root.rglob(f"{name}.json"))
    return {feed.path: feed for feed in (*atom, *(read_json(root, file) for file in json_files))}


def feed_bytes(root: Path) -> dict[str, bytes]:
    """Return every file of a site that a subscriber fetches."""
    files = [*root.rglob("*.atom"), *root.rglob("*.json")]
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files if file.name != "manifest.json"}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> PolicyRepository:
    """Publish two policies in three languages: late and missing translations, small, big and undeclared changes."""
    repository = PolicyRepository(tmp_path_factory.mktemp("feeds") / "repository")
    repository.site(
        title="Policies & <b>more</b>",
        base_url=BASE,
        policies=["terms", "cookies"],
        languages=["en", "de", "ar"],
        feed={"authority": "example.org", "year": 2024},
    )
    repository.publish("terms", effective="2025-03-01", text=TEXT, title=TITLES["en"])
    for language in ("de", "ar"):
        repository.publish("terms", effective="2025-03-01", language=language, text=TEXT, title=TITLES[language])
    repository.publish("cookies", effective="2025-06-01", text=TEXT, significance="minor")
    repository.publish("terms", effective="2026-01-01", text=TEXT.replace("90", "60"), title=TITLES["en"])
    repository.publish(
        "terms",
        effective="2026-01-01",
        language="de",
        text=TEXT.replace("90", "60"),
        title=TITLES["de"],
        when="2026-01-20",
    )
    repository.publish("cookies", effective="2026-02-01", text=TEXT.replace("object", "refuse"))
    return repository


@pytest.fixture(scope="module")
def site(policies: PolicyRepository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it after everything has happened."""
    folder = tmp_path_factory.mktemp("built") / "site"
    freeze_site(compiled(policies, as_of=datetime(2026, 3, 1, tzinfo=UTC)), folder)
    return folder


@pytest.fixture(scope="module")
def feeds(site: Path) -> dict[str, ReadFeed]:
    """Return what subscribers read."""
    found = read_feeds(site)
    for language in TITLES:
        for place in ("", "terms/", "cookies/"):
            if place == "cookies/" and language != "en":
                assert not [path for path in found if path.startswith(f"{language}/cookies/")], "nothing is in it"
                continue
            for name in ("changes.atom", "changes.json", "notices.atom", "notices.json"):
                assert f"{language}/{place}{name}" in found
    assert len(found["en/changes.atom"].entries) == 9
    return found


def test_the_newest_entry_stands_first_and_dates_the_feed(feeds: dict[str, ReadFeed]) -> None:
    for feed in feeds.values():
        dates = [entry.updated for entry in feed.entries]
        assert dates == sorted(dates, reverse=True), feed.path
        assert dates[:1] in ([feed.updated], []), feed.path


def test_a_feed_says_the_language_of_its_folder_and_its_own_address(feeds: dict[str, ReadFeed]) -> None:
    for path, feed in feeds.items():
        assert feed.language == path.partition("/")[0]
        assert feed.own_url == f"{BASE}{path}"


def test_a_title_is_what_the_author_wrote_escaped_once_and_nothing_of_ours_is_markup(
    feeds: dict[str, ReadFeed],
) -> None:
    for feed in feeds.values():
        titles = [feed.title, *(entry.title for entry in feed.entries)]
        for title in titles:
            ours = title.replace("Policies & <b>more</b>", "")
            for written in TITLES.values():
                ours = ours.replace(written, "")
            assert not set(ours) & set("<>&"), title
    headlines = [entry.title for entry in feeds["ar/terms/changes.atom"].entries]
    assert all(TITLES["ar"] in headline or TITLES["en"] in headline for headline in headlines)


def test_ids_are_unique_and_name_one_entry_wherever_it_stands(feeds: dict[str, ReadFeed]) -> None:
    everywhere: dict[str, ReadEntry] = {}
    for feed in feeds.values():
        assert len({entry.id for entry in feed.entries}) == len(feed.entries), feed.path
        for entry in feed.entries:
            assert entry.id.startswith("tag:example.org,2024:policy/")
            assert entry.id.endswith(f"/{feed.language}"), "a translation is an entry of its own"
            other = everywhere.setdefault(entry.id, entry)
            assert (entry.title, entry.updated) == (other.title, other.updated), feed.path
    ids = [feed.id for path, feed in feeds.items() if path.endswith(".atom")]
    assert len(set(ids)) == len(ids)


def test_json_and_atom_tell_the_same(feeds: dict[str, ReadFeed]) -> None:
    for path, feed in feeds.items():
        if path.endswith(".atom"):
            twin = feeds[path.replace(".atom", ".json")]
            assert (twin.id, twin.title, twin.updated) == (feed.id, feed.title, feed.updated)
            assert [(one.id, one.title, one.updated) for one in twin.entries] == [
                (one.id, one.title, one.updated) for one in feed.entries
            ]


def test_every_link_of_an_entry_leads_to_a_page_of_the_site(feeds: dict[str, ReadFeed], site: Path) -> None:
    urls = {url for feed in feeds.values() for entry in feed.entries for url in entry.urls}
    assert len(urls) > 30
    for url in urls:
        assert url.startswith(BASE)
        path = site / urlsplit(url).path.removeprefix(urlsplit(BASE).path)
        assert path.is_file() or (path / "index.html").is_file(), url


def test_a_first_link_in_another_language_would_send_readers_astray(feeds: dict[str, ReadFeed]) -> None:
    for path, feed in feeds.items():
        for entry in feed.entries:
            first = entry.urls[0]
            assert first.startswith(f"{BASE}{feed.language}/"), path
            assert first.endswith("/changes/"), "the account of the change is there in every language"


def test_nothing_of_a_build_is_in_the_bytes(policies: PolicyRepository, site: Path, tmp_path: Path) -> None:
    later = datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC)
    freeze_site(compiled(policies, as_of=later), tmp_path / "later")
    assert feed_bytes(tmp_path / "later") == feed_bytes(site)
    today = datetime.now(tz=UTC).date().isoformat().encode()
    for path, content in feed_bytes(site).items():
        assert today not in content, path


def test_entries_stay_as_they_were_when_news_comes(
    policies: PolicyRepository, feeds: dict[str, ReadFeed], tmp_path: Path
) -> None:
    freeze_site(compiled(policies, as_of=datetime(2026, 1, 10, tzinfo=UTC)), tmp_path / "earlier")
    for path, earlier in read_feeds(tmp_path / "earlier").items():
        now = feeds[path]
        assert now.id == earlier.id
        assert now.entries[len(now.entries) - len(earlier.entries) :] == earlier.entries, path
