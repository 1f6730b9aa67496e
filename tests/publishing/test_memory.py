"""What a build takes over from the site before: never anything that a build from nothing would make otherwise."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_site.errors import PolicySiteError
from policy_site.localization import OwnCatalogue
from policy_site.localization.catalogues import read_own_catalogues
from policy_site.pages import PageKind, plan_pages, policy_of
from policy_site.publishing import memory
from policy_site.publishing.site import freeze_site
from policy_site.web import create_app
from tests.support.builder import PolicyRepository
from tests.support.publishing import NOW, compiled

TEXT = "## Data {#data}\n\nWe keep your data for {days} days.\n\n## Rights {#rights}\n\nSee [terms](../terms/en.md).\n"


def text(days: int) -> str:
    return TEXT.replace("{days}", str(days))


def new_repository(root: Path) -> PolicyRepository:
    """Publish two policies, one of them in two versions."""
    repository = PolicyRepository(root)
    repository.site(policies=["privacy", "terms"])
    repository.publish("privacy", effective="2025-03-01", text=text(90))
    repository.publish("privacy", effective="2026-03-01", text=text(60))
    repository.publish("terms", effective="2025-06-01", text="## Pay {#pay}\n\nYou pay.\n")
    return repository


class Builds:
    """Builds the same twice: over the site before, and from nothing."""

    def __init__(self, root: Path) -> None:
        self.root, self.number = root, 0
        self.repository = new_repository(root / "repository")
        self.at = NOW
        self.catalogues: tuple[OwnCatalogue, ...] = ()

    @property
    def site(self) -> Path:
        return self.root / "site"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    def build(self) -> set[str]:
        """Build both, compare them, and return the pages of policies that were written anew."""
        try:
            publication = replace(compiled(self.repository, as_of=self.at), catalogues=self.catalogues)
        except PolicySiteError:
            return set()
        before = {name: (self.site / name).stat().st_ino for name in files_of(self.site)}
        freeze_site(publication, self.site, cache=self.cache)
        self.number += 1
        freeze_site(publication, self.root / f"cold-{self.number}")
        assert files_of(self.site) == files_of(self.root / f"cold-{self.number}")
        of_policies = {page.file for page in plan_pages(publication) if policy_of(page)}
        return {name for name in of_policies if before.get(name) != (self.site / name).stat().st_ino}


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def builds(tmp_path: Path) -> Builds:
    """Build once."""
    made = Builds(tmp_path)
    made.build()
    return made


def test_the_pages_of_other_policies_are_taken_over(builds: Builds) -> None:
    builds.repository.publish("terms", effective="2026-06-01", text="## Pay {#pay}\n\nYou pay more.\n")
    written = builds.build()
    assert written
    assert all("/terms/" in name for name in written), "nothing of privacy"


def test_a_commit_that_says_nothing_writes_no_page_of_a_policy(builds: Builds) -> None:
    builds.repository.write("README.md", "Hello.\n").commit()
    assert builds.build() == set()


def test_a_page_that_was_altered_is_made_again(builds: Builds) -> None:
    page = builds.site / "en/privacy/index.html"
    page.write_bytes(page.read_bytes().replace(b"60 days", b"99 days"))
    builds.repository.write("README.md", "Hello.\n").commit()
    assert builds.build() == {"en/privacy/index.html"}


def test_a_site_that_was_copied_is_read_and_then_taken_over(builds: Builds) -> None:
    for name, content in files_of(builds.site).items():
        (builds.site / name).unlink()
        (builds.site / name).write_bytes(content)
    builds.repository.write("README.md", "Hello.\n").commit()
    assert builds.build() == set()


def test_files_that_cannot_be_linked_are_copied(builds: Builds, tmp_path: Path) -> None:
    kept = memory.recall(builds.cache, builds.site)
    (tmp_path / "new").mkdir()
    elsewhere = Path("/dev/shm/policy-site-test-copy")  # noqa: S108 - another file system
    elsewhere.mkdir(exist_ok=True)
    try:
        taken = memory.take_over(kept, ["en/privacy/index.html"], builds.site, elsewhere)
        assert taken == {"en/privacy/index.html": kept.files["en/privacy/index.html"].digest}
        copied = (elsewhere / "en/privacy/index.html").read_bytes()
    finally:
        for path in sorted(elsewhere.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        elsewhere.rmdir()
    assert copied == (builds.site / "en/privacy/index.html").read_bytes()


def test_nothing_is_taken_over_through_a_link(builds: Builds, tmp_path: Path) -> None:
    page = builds.site / "en/privacy/index.html"
    (tmp_path / "elsewhere").write_bytes(page.read_bytes())
    page.unlink()
    page.symlink_to(tmp_path / "elsewhere")
    builds.repository.write("README.md", "Hello.\n").commit()
    builds.build()
    assert not page.is_symlink()


@pytest.mark.parametrize("damage", ["cut", "turned", "empty", "of another form", "of others"])
def test_a_memory_that_is_damaged_or_of_others_is_none(tmp_path: Path, damage: str) -> None:
    site, cache = tmp_path / "site", tmp_path / "cache"
    site.mkdir()
    (site / "a.html").write_bytes(b"A")
    memory.keep(cache, site, {"privacy": "key"}, {"a.html": sha256(b"A").hexdigest()})
    assert memory.recall(cache, site).keys == {"privacy": "key"}
    (place,) = (cache / "pages").iterdir()
    content = place.read_bytes()
    middle = len(content) // 2
    turned = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    place.write_bytes(
        {"cut": content[:-9], "turned": turned, "empty": b"", "of another form": b"[]"}.get(damage, content)
    )
    if damage == "of others":
        place.chmod(0o666)
    assert memory.recall(cache, site) == memory.NOTHING


def test_pages_of_a_policy_are_the_same_whether_the_site_holds_others_or_not(builds: Builds) -> None:
    """The whole application is what `serve` runs; a build makes pages from a policy's portion alone."""
    publication = compiled(builds.repository)
    client = create_app(publication).test_client()
    for page in plan_pages(publication):
        if page.kind is not PageKind.MANIFEST:
            assert client.get(f"/{page.address}").data == (builds.site / page.file).read_bytes(), page.address


def _publish(builds: Builds, number: int) -> None:
    day = f"2026-0{number % 8 + 1}-1{number % 7}"
    builds.repository.publish(("privacy", "terms")[number % 2], effective=day, text=text(number))


def _correct_note(builds: Builds, number: int) -> None:
    for note in sorted((builds.repository.content / "privacy/releases").glob("*.md"))[:1]:
        note.write_text(note.read_text(encoding="utf-8") + f"\nMore words {number}.\n", encoding="utf-8")
    builds.repository.commit()


def _translate(builds: Builds, number: int) -> None:
    builds.repository.publish("privacy", effective="2026-03-01", language="de", text=text(60) + f"Mehr {number}.\n")


def _rename_site(builds: Builds, number: int) -> None:
    builds.repository.site(policies=["privacy", "terms"], title=f"Title {number % 3}").commit()


def _add_language(builds: Builds, number: int) -> None:
    languages = ["en", *(["de"] if number % 2 else [])]
    builds.repository.site(languages=languages, policies=["privacy", "terms"]).commit()


def _put_in_other_words(builds: Builds, number: int) -> None:
    words = (
        f'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "All versions"\nmsgstr "V{number}"\n'
    )
    builds.catalogues = read_own_catalogues({"de.po": words.encode()})


def _wait(builds: Builds, number: int) -> None:
    builds.at += timedelta(days=number)


def _alter_page(builds: Builds, number: int) -> None:
    names = sorted(name for name in files_of(builds.site) if name.endswith(".html"))
    page = builds.site / names[number % len(names)]
    content = page.read_bytes()
    page.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def _remove_page(builds: Builds, number: int) -> None:
    names = sorted(name for name in files_of(builds.site) if name.endswith(".html"))
    (builds.site / names[number % len(names)]).unlink()


def _damage_memory(builds: Builds, number: int) -> None:
    for place in (builds.cache / "pages").iterdir():
        content = bytearray(place.read_bytes())
        content[random.Random(number).randrange(len(content))] ^= 1  # noqa: S311 - any byte will do
        place.write_bytes(bytes(content))


_MOVES: tuple[Callable[[Builds, int], None], ...] = (
    _publish, _correct_note, _translate, _rename_site, _add_language, _put_in_other_words, _wait, _alter_page,
    _remove_page, _damage_memory,
)  # fmt: skip


@settings(
    max_examples=60 if settings().max_examples > 100 else 2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(st.tuples(st.sampled_from(_MOVES), st.integers(1, 400)), min_size=2, max_size=3))
def test_any_history_of_builds_gives_what_a_build_from_nothing_gives(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[Callable[[Builds, int], None], int]]
) -> None:
    builds = Builds(tmp_path_factory.mktemp("builds"))
    builds.build()
    for move, number in moves:
        move(builds, number)
        builds.build()
