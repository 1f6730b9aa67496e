"""Passwords in addresses are told to nobody: what a command says stands in logs that many read."""

from __future__ import annotations

from pathlib import Path

import pytest

from policy_site.commands import main
from policy_site.console.terminal import without_passwords
from tests.support.builder import PolicyRepository

SECRET = "S3CR3T-and-more-of-it"  # noqa: S105 - of nobody


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    policies = PolicyRepository(tmp_path_factory.mktemp("passwords") / "repository").site()
    policies.commit()
    return policies.root


@pytest.mark.parametrize(
    "address",
    [
        f"http://u:{SECRET}@127.0.0.1:1/",
        f"http://u:{SECRET}@[::1/x",
        f"ftp://u:{SECRET}@h/x",
        f"http://{SECRET}@127.0.0.1:1/",
        f"http://u:a@{SECRET}@127.0.0.1:1/",
        f"http://:{SECRET}@127.0.0.1:port/",
    ],
)
@pytest.mark.parametrize("shape", ["text", "json"])
def test_no_command_tells_them(
    address: str,
    shape: str,
    root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(root)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    output = ["--output", str(tmp_path / "site"), "--format", shape]
    for call in (
        ["build", "--previous", address, *output],
        ["verify", address, "--format", shape],
        ["verify", address, "--alone", "--format", shape],
        ["evidence", "privacy", "2026-01-01", "--site", address, "--format", shape],
        ["notify", "ingest", "--config", address],
        ["diff", address, address],
    ):
        assert main(call) in (1, 2), call
        told = "".join(capsys.readouterr())
        assert SECRET not in told, call


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("https://u:p@h/x is away", "https://h/x is away"),
        ("'postgresql+psycopg://u:p@h/x'", "'postgresql+psycopg://h/x'"),
        ("https://ghp_0123456789012345@h/x", "https://h/x"),
        ("http:/u:p@h", "http:/h"),
        ("https://h/a:b@c", "https://h/a:b@c"),
        ("https://h:80/ and a@b.org", "https://h:80/ and a@b.org"),
        ("postgresql+psycopg://u@h/x", "postgresql+psycopg://u@h/x"),
    ],
)
def test_what_is_no_password_stays(told: str, shown: str) -> None:
    assert without_passwords(told) == shown
