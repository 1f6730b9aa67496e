"""What readers of an adopted repository get: parts of the index, the retired, former wordings and former addresses."""

from __future__ import annotations

import json
from pathlib import Path

from policy_site.commands import main
from tests.support.habits import Habit


def test_a_site_of_an_adopted_repository_loses_nothing(tmp_path: Path) -> None:
    habit = Habit(
        "",
        [
            (
                "2025-01-01",
                {"a/terms.md": "# Terms\n\nUpdated 2025-01-02\n\nOne.\n", "b/old.md": "# Old\n\nOld.\n"},
            ),
            (
                "2025-02-01",
                {"a/terms.md": "# Terms\n\nUpdated 2025-01-02\n\nTwo. [Fees](/fees?a=1&b#c)\n", "b/old.md": None},
            ),
        ],
        {},
        settings={
            "content": {"layout": [], "root_links": "https://docs.example.com/help"},
            "versions": {"source": "date", "date_patterns": [r"Updated (?P<date>[\d-]+)"], "reworded": "revision"},
            "policies": [
                {"id": "terms", "files": "a/terms.md", "group": "For customers", "formerly": ["terms-of-use"]},
                {"files": "b/*.md", "group": "No longer <used>", "source": "revision"},
            ],
        },
    )
    repository = habit.build(tmp_path / "theirs")
    config, site = tmp_path / "site.toml", tmp_path / "site"
    config.write_text(habit.site(repository), encoding="utf-8")
    assert main(["build", "--config", str(config), "--repository", str(repository.root), "--output", str(site)]) == 0
    index = (site / "en/index.html").read_text(encoding="utf-8")
    assert "<h2>For customers</h2>" in index
    assert "<h2>No longer &lt;used&gt;</h2>" in index
    assert "stopped applying" in index
    version = site / "en/terms/v/2025-01-02"
    (earlier,) = (version / "revisions").iterdir()
    assert "One." in (earlier / "index.html").read_text(encoding="utf-8")
    text = (version / "index.html").read_text(encoding="utf-8")
    assert "Two." in text
    assert '<a href="https://docs.example.com/help/fees?a=1&amp;b#c"' in text
    events = json.loads((site / "changes/v1/feed.json").read_text(encoding="utf-8"))["events"]
    assert [event["type"] for event in events if event["policy"] == "terms"][-1] == "policy.version.corrected"
    assert [event["type"] for event in events if event["policy"] == "old"][-1] == "policy.retired"
    for address in ("", "history/", "v/2025-01-02/"):
        former = (site / f"en/terms-of-use/{address}index.html").read_text(encoding="utf-8")
        assert f'content="0; url=/en/terms/{address}"' in former
