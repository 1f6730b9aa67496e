"""``<policy-notice>`` for other people's pages: the script, and what it says in each language."""

from __future__ import annotations

from policy_site.characters import json_bytes
from policy_site.pages import Page
from policy_site.static_files import module_name, read_static_files
from policy_site.web.hosts.rules import MEDIA_TYPES
from policy_site.web.site import File, Site


def view_embed(site: Site, page: Page) -> File:  # noqa: ARG001
    """Write the web component, at an address that stays."""
    return File(read_static_files()[module_name("notice/page.mjs")], MEDIA_TYPES["js"])


def view_phrases(site: Site, page: Page, *, locale: str) -> File:  # noqa: ARG001
    """Write what the web component says; ``%(policy)s`` and ``%(day)s`` are put in by it."""
    phrases = site.phrases(locale)
    places = {"policy": "%(policy)s", "day": "%(day)s"}
    said = {
        "language": phrases.language.tag,
        "direction": phrases.language.direction,
        "changed": phrases.gettext("%(policy)s: what changed on %(day)s", **places),
        "announced": phrases.gettext("%(policy)s: what changes on %(day)s", **places),
        # Translators: a product asks its user: PRIVACY POLICY, then the day from which the version applies.
        "consent": phrases.gettext("%(policy)s: do you agree to the version effective from %(day)s?", **places),
        "impact": phrases.gettext("What it means for you"),
        "choices": phrases.gettext("Your choices"),
        "account": phrases.gettext("Summary of this change on the website"),
        "redline": phrases.gettext("Word-by-word comparison with the previous version"),
        "since": phrases.gettext("What changed since the version you agreed to"),
        "text": phrases.gettext("Read this version"),
        # Translators: on a button, the answer to "do you agree to the version …?".
        "agreed": phrases.gettext("I agree"),
        # Translators: on a button, beside "I agree"; the question is asked again later.
        "declined": phrases.gettext("Not now"),
        # Translators: on a button that takes a message away.
        "closed": phrases.gettext("Close"),
    }
    return File(json_bytes(said), "application/json; charset=utf-8")
