"""Each kind of page says all of itself: it is planned, has a view, and is to readers and machines what it says."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from policy_site.pages import HOST_FILES, Listing, Page, PageKind, plan_pages, plan_with_moved
from policy_site.web import create_app, views
from policy_site.web.views import VIEWS
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

TEXT = "## Data {#data}\n\nWe keep it for 90 days.\n"
LONG_HISTORIES = {PageKind.ARCHIVE, PageKind.FEED_ARCHIVE, PageKind.SITE_FEED_ARCHIVE}
"""Planned for many events only; ``tests/formats/test_archives.py`` has those."""


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[PageKind, Page], FlaskClient]:
    """Return a page of each kind of a small site, and the site itself."""
    policies = PolicyRepository(tmp_path_factory.mktemp("kinds")).site(languages=["en", "de"], hosts=sorted(HOST_FILES))
    policies.publish("privacy", effective="2025-03-01", text=TEXT)
    policies.publish("privacy", effective="2025-03-01", language="de", text=TEXT, when="2025-03-02")
    policies.publish(
        "privacy", effective="2025-03-01", language="de", text=TEXT.replace("We", "Wir"), when="2025-05-02"
    )
    policies.write("content/privacy/seal.png", b"\x89PNG\r\n\x1a\n")
    policies.publish("privacy", effective="2026-03-01", text=f"{TEXT.replace('90', '60')}\n![Our seal](seal.png)\n")
    policies.publish("privacy", effective="2026-12-20", text=TEXT.replace("90", "30"), published="2026-11-01")
    publication = replace(compiled(policies), has_documents=True, has_papers=True)
    publication = plan_with_moved(publication, ["de/privacy/v/2026-03-01/index.html"])
    return {page.kind: page for page in reversed(plan_pages(publication))}, create_app(publication).test_client()


@pytest.mark.parametrize("kind", sorted(set(PageKind) - LONG_HISTORIES - {PageKind.MANIFEST}))
def test_each_kind_is_planned_and_served_as_it_says(
    kind: PageKind, planned: tuple[dict[PageKind, Page], FlaskClient]
) -> None:
    pages, client = planned
    assert kind in pages, f"no page of {kind} is planned in policy_site/pages.py"
    answer = client.get(f"/{pages[kind].address}")
    assert answer.status_code == 200
    assert answer.mimetype == ("text/html" if kind.is_for_people else answer.mimetype)
    assert (answer.mimetype == "text/html") == kind.is_for_people, "people read HTML, programs the rest"
    if kind.is_for_people:
        assert pages[kind].file.endswith(".html")
        body = answer.get_data(as_text=True)
        is_left_out = '<meta name="robots" content="noindex' in body
        assert is_left_out or kind.listing is not Listing.NEVER
        assert "</html>" in body


def test_the_sitemap_holds_what_search_engines_may_list(planned: tuple[dict[PageKind, Page], FlaskClient]) -> None:
    pages, client = planned
    told = client.get("/sitemap.xml").get_data(as_text=True)
    for kind, page in pages.items():
        is_told = f"<loc>https://example.org/{page.address}</loc>" in told
        assert not is_told or kind.listing in (Listing.ALWAYS, Listing.WHILE_AHEAD), kind


def test_every_view_is_a_kind_s_and_every_kind_has_one() -> None:
    modules = [
        importlib.import_module(f"{views.__name__}.{found.name}") for found in pkgutil.iter_modules(views.__path__)
    ]
    found = {
        function
        for module in modules
        for name, function in vars(module).items()
        if name.startswith("view_") and function.__module__ == module.__name__
    }
    assert found == set(VIEWS.values()), "name the view in a member of PageKind"
    assert set(VIEWS) == set(PageKind) - {PageKind.MANIFEST}


def test_no_two_kinds_have_one_address() -> None:
    patterns = [kind.pattern for kind in PageKind]
    assert len(set(patterns)) == len(patterns)


def test_every_template_belongs_to_a_view() -> None:
    folder = Path(views.__path__[0])
    said = "\n".join(file.read_text(encoding="utf-8") for file in folder.parent.rglob("*.py"))
    templates = Path(views.__path__[0]).parents[1] / "templates"
    shared = "\n".join(file.read_text(encoding="utf-8") for file in templates.rglob("*.html"))
    for file in templates.glob("*.html"):
        assert f'"{file.name}"' in said or f'"{file.name}"' in shared or f"'{file.name}'" in shared, file.name
