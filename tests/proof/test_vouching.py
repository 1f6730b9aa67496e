"""Sites are signed, stamped and written down elsewhere; what does not fit is found, and a fork is not published."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from policy_site.commands import main
from policy_site.events.canonical import event_hash
from tests.support.altering import SiteCopy
from tests.support.builder import PolicyRepository

NOW = "2026-12-01"
TEXT = "## Data {#data}\n\nWe keep your data for 90 days.\n"


class Publisher:
    """Who publishes: a repository, and keys that are not in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policies = PolicyRepository(folder / "repository").site()
        self.policies.publish("privacy", effective="2025-03-01", text=TEXT)
        self.key = self.make_key("key")
        self.signers = folder / "signers"
        self.signers.write_text(f"publisher@example.org {self.public('key')}", encoding="utf-8")

    def make_key(self, name: str) -> Path:
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self.folder / name)]
        subprocess.run(command, check=True)
        return self.folder / name

    def public(self, name: str) -> str:
        return (self.folder / f"{name}.pub").read_text(encoding="utf-8")

    def build(self, site: Path, *more: str) -> int:
        config = str(self.policies.content / "site.toml")
        return main(
            ["build", "--config", config, "--output", str(site), "--as-of", NOW, "--jobs", "1", "--quiet", *more]
        )

    def verify(self, site: Path, *more: str) -> int:
        return main(["verify", str(site), "--alone", "--format", "json", *more])


@pytest.fixture(scope="module")
def publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    folder = tmp_path_factory.mktemp("publisher")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.delenv("SSH_AUTH_SOCK", raising=False)
        yield Publisher(folder)


@pytest.fixture(scope="module")
def signed(publisher: Publisher) -> Path:
    assert publisher.build(publisher.folder / "signed", "--sign-with", str(publisher.key)) == 0
    return publisher.folder / "signed"


def verdict(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def counted(told: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["file"], one["cause"]) for one in told["differences"] if one["counts"]}


def test_a_signed_site_is_believed_for_whom_its_signer_is_listed(
    publisher: Publisher, signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert publisher.verify(signed, "--signed-by", str(publisher.signers)) == 0
    assert verdict(capsys)["differences"] == []
    assert publisher.verify(signed) == 0
    assert "nobody said who is believed" in verdict(capsys)["differences"][0]["fact"]
    publisher.make_key("stranger")
    strangers = publisher.folder / "strangers"
    strangers.write_text(f"stranger@example.org {publisher.public('stranger')}", encoding="utf-8")
    assert publisher.verify(signed, "--signed-by", str(strangers)) == 1
    signatures = {("manifest.json.sig", "signature"), ("changes/v1/head.json.sig", "signature")}
    assert counted(verdict(capsys)) == signatures


def test_a_site_that_is_built_again_keeps_its_signatures_byte_for_byte(publisher: Publisher, signed: Path) -> None:
    before = {path: path.read_bytes() for path in signed.rglob("*") if path.is_file()}
    assert publisher.build(signed, "--sign-with", str(publisher.key)) == 0
    assert {path: path.read_bytes() for path in signed.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["manifest.json", "changes/v1/head.json", "en/privacy/index.html"])
def test_what_was_altered_after_it_was_signed_is_found(
    name: str, publisher: Publisher, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = SiteCopy(signed, tmp_path / "copy")
    copy.write(name, (copy.path / name).read_text(encoding="utf-8") + " ")
    if name.endswith(".html"):
        copy.restate()
    assert publisher.verify(copy.path, "--signed-by", str(publisher.signers)) == 1
    signed_name = "manifest.json" if name.endswith(".html") else name
    assert counted(verdict(capsys)) == {(f"{signed_name}.sig", "signature")}


def test_a_signature_for_something_else_is_none(
    publisher: Publisher, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = SiteCopy(signed, tmp_path / "copy")
    command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(publisher.key), "-n", "file"]
    manifest = (copy.path / "manifest.json").read_bytes()
    other = subprocess.run(command, input=manifest, capture_output=True, check=True).stdout
    (copy.path / "manifest.json.sig").write_bytes(other)
    assert publisher.verify(copy.path, "--signed-by", str(publisher.signers)) == 1
    assert counted(verdict(capsys)) == {("manifest.json.sig", "signature")}


def test_signatures_that_were_taken_away_are_missed(
    publisher: Publisher, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = SiteCopy(signed, tmp_path / "copy")
    for name in ("manifest.json.sig", "changes/v1/head.json", "changes/v1/head.json.sig"):
        copy.remove(name)
    assert publisher.verify(copy.path, "--signed-by", str(publisher.signers)) == 1
    assert counted(verdict(capsys)) == {("manifest.json.sig", "signature"), ("changes/v1/head.json.sig", "signature")}


def test_a_signed_site_is_not_replaced_by_an_unsigned_one(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    assert publisher.build(site, "--sign-with", str(publisher.key)) == 0
    assert publisher.build(site, "--documents") == 1
    assert "is signed, and this build names no key" in capsys.readouterr().err
    assert publisher.verify(site, "--signed-by", str(publisher.signers)) == 0


def test_a_key_in_the_repository_is_refused(publisher: Publisher, tmp_path: Path) -> None:
    key = publisher.policies.root / "key"
    key.write_bytes(publisher.key.read_bytes())
    key.chmod(0o600)
    assert publisher.build(tmp_path / "site", "--sign-with", str(key)) == 2
    key.unlink()
    assert publisher.build(tmp_path / "site", "--sign-with", str(key)) == 2
    assert not (tmp_path / "site").exists()


def test_a_key_with_a_passphrase_does_not_keep_a_build_waiting(publisher: Publisher, tmp_path: Path) -> None:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(tmp_path / "locked")]
    subprocess.run(command, check=True)
    assert publisher.build(tmp_path / "site", "--sign-with", str(tmp_path / "locked")) == 2
    assert not (tmp_path / "site").exists()


class Authority:
    """An authority for time stamps, made of OpenSSL, on loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        settings = """
            [tsa]
            default_tsa = main
            [main]
            serial = serial
            crypto_device = builtin
            signer_cert = authority.pem
            certs = authority.pem
            signer_key = authority.key
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256
            accuracy = secs:1
            """
        text = "\n".join(line.strip() for line in settings.splitlines())
        (folder / "tsa.cnf").write_text(text, encoding="utf-8")
        (folder / "serial").write_text("01\n", encoding="utf-8")
        self.openssl(
            *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Authority"),
            *("-keyout", "authority.key", "-out", "authority.pem"),
            *("-addext", "extendedKeyUsage=critical,timeStamping"),
        )

    @property
    def certificate(self) -> Path:
        return self.folder / "authority.pem"

    def openssl(self, *arguments: str) -> bytes:
        return subprocess.run(["openssl", *arguments], cwd=self.folder, capture_output=True, check=True).stdout

    def stamp(self, request: bytes) -> bytes:
        (self.folder / "request").write_bytes(request)
        return self.openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "request")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Authority, str]]:
    made = Authority(tmp_path_factory.mktemp("authority"))

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            self.send_response(200)
            self.end_headers()
            self.wfile.write(made.stamp(request))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield made, f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_time_stamp_says_when_the_manifest_was_there(
    publisher: Publisher, authority: tuple[Authority, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made, address = authority
    site = tmp_path / "site"
    assert publisher.build(site, "--stamp-at", address) == 0
    assert publisher.verify(site, "--stamped-by", str(made.certificate)) == 0
    assert "An authority saw the manifest on " in verdict(capsys)["differences"][0]["fact"]
    stamp = (site / "manifest.json.tsr").read_bytes()
    assert publisher.build(site, "--stamp-at", address) == 0
    assert (site / "manifest.json.tsr").read_bytes() == stamp, "what is stamped is not stamped again"
    copy = SiteCopy(site, tmp_path / "copy")
    copy.write("manifest.json", (copy.path / "manifest.json").read_text(encoding="utf-8") + " ")
    assert publisher.verify(copy.path, "--stamped-by", str(made.certificate)) == 1
    assert counted(verdict(capsys)) == {("manifest.json.tsr", "signature")}
    copy.remove("manifest.json.tsr")
    assert publisher.verify(copy.path, "--stamped-by", str(made.certificate)) == 1
    (copy.path / "manifest.json.tsr").write_bytes(b"nothing")
    assert publisher.verify(copy.path) == 1


def test_an_authority_that_is_away_keeps_no_text_from_taking_effect(
    publisher: Publisher, authority: tuple[Authority, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    assert publisher.build(site, "--stamp-at", "http://user:secret@127.0.0.1:1/") == 0
    told = capsys.readouterr().err
    assert "The site is not stamped" in told
    assert "secret" not in told
    assert publisher.build(site, "--stamp-at", authority[1]) == 0
    assert (site / "manifest.json.tsr").is_file()
    assert publisher.build(site, "--stamp-at", "http://[::1/") in (0, 2)


def places(folder: Path, publisher: Publisher) -> list[str]:
    publisher.policies.git("init", "--quiet", "--bare", str(folder / "heads.git"))
    return [str(folder / "elsewhere/heads.jsonl"), f"git:{folder / 'heads.git'}#heads"]


@pytest.mark.parametrize("kind", [0, 1])
def test_heads_are_written_down_elsewhere_and_only_added_to(
    kind: int, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    publisher = Publisher(tmp_path)
    place = places(tmp_path, publisher)[kind]
    site = tmp_path / "site"
    assert publisher.build(site, "--witness", place) == 0
    assert publisher.build(site, "--witness", place) == 0
    publisher.policies.publish("privacy", effective="2026-03-01", text=TEXT.replace("90", "60"))
    assert publisher.build(site, "--witness", place) == 0
    assert publisher.verify(site, "--witness", place) == 0
    assert [line["seq"] for line in lines(place)] == [2, 4]
    capsys.readouterr()
    forged = SiteCopy(site, tmp_path / "forged")
    records = forged.records
    records[0]["significance"] = "minor"
    forged.rechain(records)
    assert publisher.verify(forged.path) == 0, "by itself, it agrees with itself"
    capsys.readouterr()
    assert publisher.verify(forged.path, "--witness", place) == 1
    assert counted(verdict(capsys)) == {("changes/v1/feed.json", "fork")}


def lines(place: str) -> list[dict[str, Any]]:
    if place.startswith("git:"):
        repository, _, branch = place.removeprefix("git:").partition("#")
        command = ["git", "-C", repository, "show", f"{branch}:heads.jsonl"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        count = subprocess.run(
            ["git", "-C", repository, "rev-list", "--count", branch], capture_output=True, text=True, check=True
        )
        assert int(count.stdout) == len(told.splitlines()), "a commit a head"
    else:
        told = Path(place).read_text(encoding="utf-8")
    return [json.loads(line) for line in told.splitlines()]


def test_what_does_not_continue_the_heads_is_not_published(
    publisher: Publisher, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "heads.jsonl"
    for told in ({"seq": 1, "hash": "0" * 64}, {"seq": 99, "hash": "0" * 64}):
        place.write_text(json.dumps(told) + "\n", encoding="utf-8")
        assert publisher.build(tmp_path / "site", "--witness", str(place)) == 1
        assert "does not continue what" in capsys.readouterr().err
        assert not (tmp_path / "site").exists()
    for damaged in ("nothing", '{"seq": "1"}\n{"seq": 2}', "[" * 100_000, '{"seq": 1e400, "hash": ""}\n{}'):
        place.write_text(damaged, encoding="utf-8")
        assert publisher.build(tmp_path / "site", "--witness", str(place)) == 2
    assert publisher.build(tmp_path / "site", "--witness", "git:nowhere#heads") == 2
    assert publisher.build(tmp_path / "site", "--witness", f"git:{publisher.policies.root}#../x") == 2


def test_a_fork_between_what_two_readers_saw_shows(
    publisher: Publisher, signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each keeps what ``verify`` printed, or the change feed itself."""
    forged = SiteCopy(signed, tmp_path / "forged")
    records = forged.records
    records[1]["significance"] = "minor"
    assert event_hash(records[1]) != records[1]["hash"]
    forged.rechain(records)
    publisher.verify(forged.path)
    (tmp_path / "seen.json").write_text(capsys.readouterr().out, encoding="utf-8")
    for seen in (tmp_path / "seen.json", forged.path / "changes/v1/feed.json"):
        assert publisher.verify(signed, "--witness", str(seen)) == 1
        assert counted(verdict(capsys)) == {("changes/v1/feed.json", "fork")}
    assert publisher.verify(signed, "--witness", str(signed / "changes/v1/feed.json")) == 0
