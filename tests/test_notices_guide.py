"""What the guide for operators of the notifier says is so."""

from __future__ import annotations

import re
from pathlib import Path

from policy_site.notifier.settings import read_notifier_settings

GUIDE = (Path(__file__).parent.parent / "docs/notices.md").read_text(encoding="utf-8")


def test_its_settings_can_be_used_as_they_are(tmp_path: Path) -> None:
    (toml,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (tmp_path / "notify.toml").write_text(toml, encoding="utf-8")
    settings = read_notifier_settings(tmp_path / "notify.toml")
    assert set(settings.channels) == {"mail", "newsletter", "systems"}
    assert [audience.name for audience in settings.audiences] == ["customers", "readers", "systems"]
    assert settings.channels["mail"].attempts == 8


def test_it_names_every_exit_status() -> None:
    assert re.findall(r"^\| (\d) \|", GUIDE, re.MULTILINE) == [str(number) for number in range(8)]
