"""Who operates the notifier hears what it does, when it fails, and when it is silent; secrets stay where they are."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from kubernetes_validate.utils import resources_from_file
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from policy_site.exchange import Limits
from policy_site.notifier.heartbeat import call_monitor
from policy_site.notifier.metrics import Metrics
from policy_site.notifier.secret_sources import read_secret_source, source_beside
from policy_site.notifier.settings import read_notifier_settings
from tests.support.mailing import NOTICE, Mailing
from tests.support.published_feeds import chained, history
from tests.support.scripted_smtp import ScriptedServer, always, refuse

EXAMPLES = Path(__file__).parents[2] / "docs/examples/notifier"


@pytest.fixture
def mailing(tmp_path: Path, server: ScriptedServer) -> Mailing:
    made = Mailing(tmp_path, server.port)
    made.people(["a@example.org,en,", "b@example.org,de,"])
    made.announce()
    return made


# --- logs ------------------------------------------------------------------------------------------------------------


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_a_run_is_told_in_lines_of_json_that_name_nobody(mailing: Mailing, server: ScriptedServer) -> None:
    mailing.others = {"log": {"level": "debug"}}
    server.answers["RCPT"] = refuse("b@example.org", reply="550 5.1.1 <b@example.org>: no")
    told = lines(mailing.run("run", "--quiet").err)
    events = [one["event"] for one in told]
    assert events[0] == "feed.read"
    assert events[-1] == "step.ended"
    assert {"event.opened", "channel.delivered"} <= set(events)
    tried = {one["state"]: one for one in told if one["event"] == "delivery.attempted"}
    assert (tried["refused"]["level"], tried["refused"]["code"]) == ("warning", "550")
    assert tried["sent"]["level"] == "debug"
    assert told[-1]["status"] == 10
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z", one["at"]) for one in told)
    assert "example.org" not in json.dumps(told)


@pytest.mark.parametrize(
    ("level", "least"), [("info", {"info", "warning"}), ("warning", {"warning"}), ("error", set())]
)
def test_a_level_leaves_out_what_is_below_it(
    mailing: Mailing, server: ScriptedServer, level: str, least: set[str]
) -> None:
    mailing.others = {"log": {"level": level}}
    server.answers["RCPT"] = refuse("b@example.org")
    assert {one["level"] for one in lines(mailing.run("run", "--quiet").err)} == least


def test_without_the_table_there_are_no_lines_and_text_is_words(mailing: Mailing) -> None:
    assert mailing.run("run", "--quiet").err == ""
    mailing.others = {"log": {"form": "text"}}
    assert "info: step.ended status=0" in mailing.run().err


def test_what_keeps_a_step_from_its_end_is_an_error(mailing: Mailing) -> None:
    mailing.others = {"log": {}, "feed": "other/changes/v1/feed.json"}
    (told,) = [one for one in lines(mailing.run().err) if one["level"] == "error"]
    assert (told["event"], told["status"]) == ("step.failed", 2)


# --- metrics ---------------------------------------------------------------------------------------------------------


def values(text: str) -> dict[str, float]:
    """Return metrics by name and labels, as Prometheus reads them."""
    return {
        " ".join([sample.name.removeprefix("policy_notify_"), *sorted(sample.labels.values())]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_tell_of_events_deliveries_and_the_server(mailing: Mailing, server: ScriptedServer) -> None:
    mailing.others = {"metrics": {"textfile": "notify.prom"}}
    server.answers["RCPT"] = refuse("b@example.org", reply="450 4.2.2 full")
    assert mailing.run().status == 7
    file = mailing.folder / "notify.prom"
    found = values(file.read_text())
    assert found["deliveries mail sent"] == 1
    assert found["deliveries mail pending"] == 1
    assert found["events open"] == 1
    assert found["server_unavailable mail"] == 0
    assert 0 <= found["oldest_waiting_seconds mail"] < 600
    assert found["run_exit_status"] == 7
    assert found["feed_read_timestamp_seconds"] > 1e9
    server.answers["MAIL"] = always("550 5.7.1 no")
    mailing.channel = {"patience_seconds": 0}
    mailing.change("b@example.org", due_at=0)
    assert mailing.run().status == 8
    assert values(file.read_text())["server_unavailable mail"] == 1
    assert "example.org" not in file.read_text()


def test_metrics_are_served_on_this_machine_alone(mailing: Mailing) -> None:
    metrics = Metrics()
    mailing.run()
    with mailing.ledger as ledger:
        metrics.take(ledger, read_notifier_settings(mailing.config), (), 0)
    port = metrics.serve(0)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        assert values(answer.read().decode())["deliveries mail sent"] == 2


@pytest.mark.parametrize("place", ["missing/notify.prom", "."])
def test_metrics_that_cannot_be_written_are_2_and_everybody_was_served(
    mailing: Mailing, server: ScriptedServer, place: str
) -> None:
    mailing.others = {"metrics": {"textfile": place}}
    assert mailing.run().status == 2
    assert len(server.taken) == 2


# --- a dead man's check ----------------------------------------------------------------------------------------------


@contextmanager
def monitor(status: int = 200) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Serve a monitor; yield its address, and paths and bodies of the calls."""
    calls: list[tuple[str, bytes]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            calls.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answers) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{httpd.server_port}/ping/7f3a", calls
        finally:
            httpd.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("what", "status", "path"),
    [
        ("nothing", 0, "/ping/7f3a"),
        ("later", 7, "/ping/7f3a"),
        ("refused", 10, "/ping/7f3a"),
        ("server", 8, "/ping/7f3a/fail"),
        ("feed", 3, "/ping/7f3a/fail"),
        ("held", 6, "/ping/7f3a/fail"),
    ],
)
def test_a_monitor_is_called_at_the_end_of_each_run(
    mailing: Mailing, server: ScriptedServer, what: str, status: int, path: str
) -> None:
    with monitor() as (address, calls):
        mailing.others = {"healthcheck_url": address}
        mailing.channel = {"patience_seconds": 0}
        match what:
            case "later":
                server.answers["RCPT"] = refuse("b@example.org", reply="450 4.2.2 full")
            case "refused":
                server.answers["RCPT"] = refuse("b@example.org")
            case "server":
                server.answers["GREETING"] = always("554 no")
            case "feed":
                (mailing.folder / "site/changes/v1/feed.json").unlink()
            case "held":
                mailing.others["max_new"] = 0
        assert mailing.run().status == status
    assert calls == [(path, f"exit status {status}\n".encode())]


def test_a_monitor_that_is_away_keeps_nobody_from_their_notice(mailing: Mailing, server: ScriptedServer) -> None:
    with monitor() as (address, _):
        pass
    mailing.others = {"healthcheck_url": address}
    over = mailing.run()
    assert over.status == 0
    assert "The monitor of healthcheck_url was not reached" in over.err
    assert len(server.taken) == 2


@pytest.mark.parametrize(
    ("url", "problem"),
    [("http://127.0.0.1:1/", "ConnectError"), ("http://[::bad", "InvalidURL")],
)
def test_whatever_the_address_is_the_call_ends(url: str, problem: str) -> None:
    told = call_monitor(url, 0, is_alive=True, limits=Limits(seconds=5, wire_bytes=9, content_bytes=9))
    assert told.startswith(problem)


def test_a_monitor_that_says_no_is_told() -> None:
    with monitor(status=404) as (address, _):
        assert call_monitor(address, 0, is_alive=True).startswith("404")


# --- status ----------------------------------------------------------------------------------------------------------


def health(mailing: Mailing) -> str:
    return str(json.loads(mailing.run("status", "--format", "json").out)["health"])


def test_health_is_a_word(tmp_path: Path, server: ScriptedServer) -> None:
    mailing = Mailing(tmp_path, server.port)
    assert health(mailing) == "unread"
    mailing.announce()
    server.answers["RCPT"] = always("450 4.2.2 full")
    mailing.run()
    assert health(mailing) == "ok"
    _age(mailing, "UPDATE event SET ingested_at = ingested_at - 90000")
    assert health(mailing) == "late"
    mailing.change(state="held")
    assert health(mailing) == "held"
    _age(mailing, "UPDATE feed SET read_at = read_at - 90000")
    assert health(mailing) == "unread"


def _age(mailing: Mailing, statement: str) -> None:
    with mailing.ledger as ledger, ledger.transaction() as connection:
        connection.execute(text(statement))


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_a_secret_is_in_a_file_in_the_environment_or_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "smtp").write_bytes(b"s3cret\n")
    monkeypatch.setenv("SMTP_PASSWORD", "s3cret\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    for written in ("smtp", "env:SMTP_PASSWORD", "credential:smtp"):
        assert read_secret_source(source_beside(tmp_path, Path(written))) == b"s3cret"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("env:NOT_THERE", "the environment has no NOT_THERE"),
        ("credential:smtp", "LoadCredential="),
        ("credential:../../etc/passwd", "no credential"),
        ("missing", "No such file"),
    ],
)
def test_a_secret_that_is_not_there_is_2_and_nobody_is_told(
    mailing: Mailing, server: ScriptedServer, source: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    mailing.channel = {"user": "me", "password_file": source}
    over = mailing.run()
    assert over.status == 2
    assert told in over.err
    assert server.taken == []


def test_a_password_of_the_environment_signs_on(
    mailing: Mailing, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "s3cret")
    server.extensions = (*server.extensions, "AUTH PLAIN")
    mailing.channel = {"user": "me", "password_file": "env:SMTP_PASSWORD"}
    assert mailing.run().status == 0
    assert any("AUTH PLAIN AG1lAHMzY3JldA==" in line for talk in server.talks for line in talk)


def test_secrets_of_webhooks_and_of_unsubscribing_may_be_there_too(
    mailing: Mailing, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEAVE", "0123456789abcdef")
    mailing.channel = {"unsubscribe": {"url": "https://example.org/{token}", "secret_file": "env:LEAVE"}}
    mailing.audience = {"kind": "subscription"}
    assert mailing.run().status == 0
    assert b"List-Unsubscribe: <https://example.org/" in server.taken[0].content


# --- examples --------------------------------------------------------------------------------------------------------


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    program = tmp_path / "policy-site"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = []
    for path in sorted([*EXAMPLES.glob("*.service"), *EXAMPLES.glob("*.timer")]):
        text = path.read_text(encoding="utf-8")
        text = text.replace("/srv/policy-notify/notifier/bin/policy-site", str(program))
        units.append(tmp_path / path.name)
        units[-1].write_text(text.replace("User=policy-notify", "User=daemon"), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", *map(str, units)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"})
    mine = [line for line in ended.stderr.splitlines() if any(unit.name in line for unit in units)]
    assert mine == []
    assert len(units) == 4
    units[0].write_text(units[0].read_text().replace("Type=oneshot", "Type=sometimes"), encoding="utf-8")
    broken = subprocess.run(command, capture_output=True, text=True, check=False)
    assert units[0].name in broken.stderr, "what is wrong would be told"


@pytest.mark.parametrize("version", ["1.31", "1.35"])
def test_kubernetes_takes_the_cron_job(version: str, tmp_path: Path) -> None:
    text = (EXAMPLES / "cronjob.yaml").read_text(encoding="utf-8")
    assert "notify run --config" in text
    (job,) = resources_from_file(str(EXAMPLES / "cronjob.yaml"))
    assert kubernetes_validate.validate(job, version, strict=True) == version
    broken = tmp_path / "cronjob.yaml"
    broken.write_text(text.replace("concurrencyPolicy: Forbid", "concurrencyPolicies: Forbid"), encoding="utf-8")
    (job,) = resources_from_file(str(broken))
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(job, version, strict=True)


def test_a_fresh_event_that_needs_nobody_is_no_alarm(mailing: Mailing) -> None:
    mailing.run()
    quiet = {**history(NOTICE)[0], "id": "tag:example.org,2026:quiet", "type": "policy.reviewed"}
    mailing.publish(events=chained([*history(NOTICE), quiet]))
    with monitor() as (address, calls):
        mailing.others = {"healthcheck_url": address}
        assert mailing.run().status == 0
    assert [path for path, _ in calls] == ["/ping/7f3a"]
