"""Each form of a feed or of a text is registered once, and all that asks for forms knows of it."""

from __future__ import annotations

import importlib
import mimetypes
from pathlib import Path

import pytest

from policy_site import formats
from policy_site.formats import EDITION_FORMS, FEED_FORMS, EditionForm, FeedForm, Scope
from policy_site.pages import FEEDS, plan_pages
from policy_site.publication import Publication
from policy_site.web import create_app
from policy_site.web.hosts.rules import MEDIA_TYPES
from tests.support.builder import PolicyRepository
from tests.support.publishing import compiled

NO_FORMS = {"__init__", "change_feed", "current", "feeds", "prose", "schema", "values"}
FILES = sorted(file.stem for file in Path(formats.__file__).parent.glob("*.py") if file.stem not in NO_FORMS)


def form_of(name: str) -> FeedForm | EditionForm:
    """Return what a file of the folder says of itself."""
    form = getattr(importlib.import_module(f"{formats.__name__}.{name}"), "FORM", None)
    assert isinstance(form, FeedForm | EditionForm), f"policy_site/formats/{name}.py has no FORM"
    return form


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Publication:
    """One policy in two languages."""
    policies = PolicyRepository(tmp_path_factory.mktemp("forms")).site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01")
    return compiled(policies)


@pytest.mark.parametrize("name", FILES)
def test_each_file_has_a_form_that_is_registered_once(name: str) -> None:
    form = form_of(name)
    registered = FEED_FORMS if isinstance(form, FeedForm) else EDITION_FORMS
    assert registered.count(form) == 1, f"name {name}.FORM in policy_site/formats/__init__.py"


def test_there_is_no_form_besides_the_files() -> None:
    assert {form_of(name) for name in FILES} == {*FEED_FORMS, *EDITION_FORMS}


def test_names_of_forms_are_their_own() -> None:
    assert len({form.suffix for form in FEED_FORMS}) == len(FEED_FORMS)
    assert len({form.name for form in FEED_FORMS}) == len(FEED_FORMS)
    assert len({form.name for form in EDITION_FORMS}) == len(EDITION_FORMS)


@pytest.mark.parametrize("form", FEED_FORMS, ids=lambda form: form.suffix)
class TestFeedForm:
    """What is asked of every form of a feed, whoever adds it."""

    def test_it_has_a_feed_of_each_scope_for_each_language_and_policy(
        self, form: FeedForm, publication: Publication
    ) -> None:
        addresses = {page.address for page in plan_pages(publication)}
        for name in (f"{scope}.{form.suffix}" for scope in Scope):
            assert name in FEEDS
            assert {f"en/{name}", f"de/{name}", f"en/privacy/{name}"} <= addresses
            assert f"de/privacy/{name}" not in addresses, "nothing of the policy is in it"

    def test_every_page_of_people_links_to_it_by_its_name(self, form: FeedForm, publication: Publication) -> None:
        page = create_app(publication).test_client().get("/en/privacy/").get_data(as_text=True)
        kind = form.media_type.partition(";")[0]
        assert f'<link rel="alternate" type="{kind}"' in page
        assert f'href="/en/privacy/changes.{form.suffix}" type="{kind}"' in page
        assert f">{form.name}<span" in page, "by the name that people know it by"

    def test_hosts_and_freezing_know_its_media_type(self, form: FeedForm, publication: Publication) -> None:
        client = create_app(publication).test_client()
        answer = client.get(f"/en/privacy/notices.{form.suffix}")
        assert answer.headers["Content-Type"] == form.served_type
        assert MEDIA_TYPES[form.suffix].partition(";")[0] == form.served_type.partition(";")[0]
        told = client.get("/_headers").get_data(as_text=True)
        assert f"/:locale/:policy/notices.{form.suffix}\n  Content-Type: {form.media_type}\n" in told

    def test_its_suffix_is_no_other_file_s_unless_it_says_so(self, form: FeedForm) -> None:
        machine, _ = mimetypes.MimeTypes(filenames=()).guess_type(f"changes.{form.suffix}")
        assert form.shared_type or machine is None or machine == form.media_type.partition(";")[0]
