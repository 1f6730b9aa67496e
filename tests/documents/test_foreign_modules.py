"""No module of the repository one stands in is ever imported: a pull request could bring it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.builder import PolicyRepository, clean_environment

_ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "name",
    [
        "policy_site/__init__.py",
        "json.py",
        "markdown.py",
        "nh3/__init__.py",
        "sitecustomize.py",
        "usercustomize.py",
        "re.py",
    ],
)
def test_a_module_in_the_content_s_repository_is_not_imported(name: str, tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "repository").site()
    policies.publish("privacy", effective="2026-05-04")
    mark = tmp_path / "was-imported"
    policies.write(name, f"open({str(mark)!r}, 'w').close()\n").commit()
    done = subprocess.run(
        [
            sys.executable,
            "-P",
            "-c",
            "from policy_site.commands import main; raise SystemExit(main(['check', '--quiet']))",
        ],
        cwd=policies.root,
        env=clean_environment(PYTHONPATH=str(_ROOT), XDG_CACHE_HOME=str(tmp_path / "cache"), HOME=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not mark.exists(), f"{name} was imported"
