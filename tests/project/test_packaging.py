"""What is installed from the wheel is whole: it builds a site without the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds what the wheel installs."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            folder,
            ROOT,
        ],
        check=True,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def run(installed: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(cwd / "cache")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


def test_the_wheel_makes_and_builds_a_site(installed: Path, tmp_path: Path) -> None:
    where = run(installed, "-c", "import policy_site; print(policy_site.__file__)", cwd=tmp_path)
    assert where.stdout.startswith(str(installed))
    made = run(installed, "-m", "policy_site", "init", "new", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    toml = tmp_path / "new/content/site.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('["en"]', '["en", "de"]'), encoding="utf-8")
    built = run(installed, "-m", "policy_site", "build", "--jobs", "1", cwd=tmp_path / "new")
    assert built.returncode == 0, built.stderr
    german = (tmp_path / "new/build/site/de/privacy/history/index.html").read_text(encoding="utf-8")
    assert "Fassung" in german, "the catalogues are installed, too"
    assert list((tmp_path / "new/build/site/static").iterdir())


def test_it_is_an_ordinary_flask_application(installed: Path, tmp_path: Path) -> None:
    run(installed, "-m", "policy_site", "init", "new", cwd=tmp_path)
    asked = run(
        installed,
        "-c",
        "from policy_site import create_app; print(create_app().test_client().get('/en/privacy/').status)",
        cwd=tmp_path / "new",
    )
    assert asked.stdout.strip() == "200 OK", asked.stderr


def test_importing_the_package_imports_neither_flask_nor_git(installed: Path, tmp_path: Path) -> None:
    asked = run(
        installed,
        "-c",
        "import sys, policy_site; print([name for name in ('flask', 'git', 'markdown') if name in sys.modules])",
        cwd=tmp_path,
    )
    assert asked.stdout.strip() == "[]", asked.stderr
