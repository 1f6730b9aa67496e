"""What is installed from the wheel is whole: it builds a site without the checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from policy_site.commands import COMMANDS, main
from tests.support.builder import PolicyRepository

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


def test_the_hook_runs_a_command_that_there_is() -> None:
    written = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    hook = dict(re.findall(r"^[- ] (\w+): (.*)$", written, re.MULTILINE))
    program, command, *options = hook["entry"].split()
    assert program == "policy-site"
    assert command in COMMANDS
    with pytest.raises(SystemExit) as ended:
        main([command, *options, "--help"])
    assert ended.value.code == 0
    assert "pass_filenames: false" in written


def test_the_container_takes_what_the_wheel_is_made_from(tmp_path: Path) -> None:
    """The steps of the Containerfile but for the system's packages and the libraries, with a folder as the image."""
    lines = (ROOT / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    copied = [line.split()[1:] for line in lines if line.startswith("COPY ")]
    for *sources, target in copied:
        for source in (found for name in sources for found in ROOT.glob(name)):
            place = tmp_path / target / source.name if target == "./" else tmp_path / target
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(source, place) if source.is_dir() else shutil.copy(source, place)
    assert any(re.fullmatch(r"FROM \S+@sha256:[0-9a-f]{64}", line) for line in lines), "pinned by its digest"
    assert any("--require-hashes" in line for line in lines)
    assert [line for line in lines if line.startswith("USER ")] == ["USER builder"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target",
         tmp_path / "image", tmp_path],
        check=True,
    )  # fmt: skip
    said = run(tmp_path / "image", "-m", "policy_site", "--version", cwd=tmp_path)
    assert said.returncode == 0, said.stderr


def test_a_site_comes_again_from_a_clone_byte_for_byte(tmp_path: Path) -> None:
    policies = PolicyRepository(tmp_path / "policies").site(languages=["en", "de"])
    policies.publish("privacy", effective="2025-03-01", text="## Data {#data}\n\nWe keep it.\n")
    policies.publish("privacy", effective="2026-03-01", text="## Data {#data}\n\nWe do not keep it.\n")
    copy = policies.clone(tmp_path / "copy")
    digests = []
    for root in (policies.root, copy):
        site = root / "build/site"
        config = str(root / "content/site.toml")
        instant = "2026-11-30T12:00:00Z"
        assert (
            main(["build", "--quiet", "--jobs", "1", "--config", config, "--output", str(site), "--as-of", instant])
            == 0
        )
        files = (path for path in sorted(site.rglob("*")) if path.is_file())
        digests.append({path.relative_to(site).as_posix(): path.read_bytes() for path in files})
    assert digests[0] == digests[1] != {}
