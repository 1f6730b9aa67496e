"""What the documentation says works."""

from __future__ import annotations

import functools
import http.server
import json
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from policy_site.freeze import freeze_site
from tests.builder import PolicyRepository
from tests.publishing import compiled

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "policy_site").rglob("README.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    prose = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", prose):
        assert (page.parent / target).exists(), target


def test_the_consumer_of_the_guide_reads_each_event_once(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "feed.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)
    served = tmp_path / "served"
    handler = functools.partial(_Quiet, directory=str(served))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        policies = PolicyRepository(tmp_path / "repository").site(base_url=f"{base}/")
        policies.publish("privacy", effective="2025-03-01")
        consumer = program.replace("https://policies.example.org", base)
        freeze_site(compiled(policies), served)
        assert _run(consumer, tmp_path) == "", "the first run never mails the past"
        policies.publish("privacy", effective="2026-03-01", words={"summary": "Purposes changed."})
        freeze_site(compiled(policies), served)
        assert "policy/privacy/2026-03-01/published Purposes changed." in _run(consumer, tmp_path)
        assert _run(consumer, tmp_path) == "", "each event is read once"
        ledger = served / "changes/v1/feed.json"
        ledger.write_text(ledger.read_text(encoding="utf-8").replace("Purposes changed.", "Nothing changed."))
        (tmp_path / "seen.json").write_text(json.dumps(_state_before(ledger)), encoding="utf-8")
        with pytest.raises(subprocess.CalledProcessError):
            _run(consumer, tmp_path)
        server.shutdown()


def _state_before(ledger: Path) -> dict[str, object]:
    events = json.loads(ledger.read_text(encoding="utf-8"))["events"]
    return {"seq": events[1]["seq"], "hash": events[1]["hash"]}


def _run(program: str, folder: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", program], cwd=folder, check=True, capture_output=True, text=True
    ).stdout


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
