"""A reader of a redline leaves out the notes on links or on formatting, without a script."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from policy_site.publishing.site import freeze_site
from tests.support.browsing import browser
from tests.support.builder import PolicyRepository
from tests.support.feed_reading import SiteServer
from tests.support.publishing import compiled

__all__ = ["browser"]  # a fixture is found by its name in the module

OLD = "## Data {#data}\n\nSee [our terms](https://example.org/old) and *this*.\n\nWe keep your data for 90 days.\n"
NEW = OLD.replace("/old", "/new").replace("*this*", "**this**").replace("90", "60")


def test_notes_are_left_out_one_kind_at_a_time_and_come_again(browser: Browser, tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository")
    with SiteServer() as server:
        policies.site(base_url=server.url)
        policies.publish("privacy", effective="2025-03-01", text=OLD)
        policies.publish("privacy", effective="2026-03-01", text=NEW)
        freeze_site(compiled(policies), tmp_path / "site")
        server.folder = tmp_path / "site"
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(f"{server.url}en/privacy/compare/2025-03-01/2026-03-01/")
        links, formatting = page.locator(".redline-link"), page.locator(".redline-formatting")
        expect(links.first).to_be_visible()
        expect(formatting.first).to_be_visible()
        page.get_by_label("Links (1)").uncheck()
        expect(links.first).to_be_hidden()
        expect(formatting.first).to_be_visible()
        page.get_by_label("Formatting (1)").uncheck()
        expect(formatting.first).to_be_hidden()
        page.get_by_label("Links (1)").check()
        expect(links.first).to_be_visible()
        expect(page.locator(".redline ins").first).to_be_visible()
        page.emulate_media(media="print")
        expect(page.locator(".choices")).to_be_hidden()
        page.context.close()


def test_there_is_no_choice_where_there_is_nothing_to_leave_out(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2025-03-01", text=OLD)
    policies.publish("privacy", effective="2026-03-01", text=OLD.replace("90", "60"))
    freeze_site(compiled(policies), tmp_path / "site")
    page = (tmp_path / "site/en/privacy/compare/2025-03-01/2026-03-01/index.html").read_text(encoding="utf-8")
    assert "choices" not in page
