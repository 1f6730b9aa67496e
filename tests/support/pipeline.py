"""A git host as far as pipelines need one: a bare repository, runners that check out, pages that are served.

The shell steps of the workflow that `init` wrote are run as they stand, each in a clean clone; only what installs
the program is left out, since it is here. `gh` is a small program that keeps comments in a file.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.support.builder import clean_environment

_GH = """\
import json, pathlib, sys
store = pathlib.Path(sys.argv[1])
comments = json.loads(store.read_text())
words = sys.argv[2:]
method = words[words.index("--method") + 1] if "--method" in words else "GET"
address = next(word for word in words if word.startswith("repos/"))
if method == "GET":
    print(json.dumps(comments))
else:
    body = pathlib.Path(words[words.index("--field") + 1].removeprefix("body=@")).read_text()
    if method == "POST":
        comments.append({"id": len(comments) + 1, "user": {"type": "Bot"}, "body": body})
    else:
        found = next(comment for comment in comments if str(comment["id"]) == address.rsplit("/", 1)[1])
        found["body"] = body
    store.write_text(json.dumps(comments))
"""


def read_pipeline(text: str) -> dict[str, Any]:
    """Return a pipeline as a git host reads it."""
    pipeline: dict[str, Any] = yaml.safe_load(text)
    return pipeline


class Host:
    """One repository on a git host, with its pipelines and its pages."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.origin = root / "origin.git"
        self.served = root / "served"
        self.comments_file = root / "comments.json"
        self.site = ""
        self.preview: Path | None = None
        """What the last pull request that asked for one left as its preview."""
        self._runs = 0
        self.served.mkdir(parents=True)
        self.comments_file.write_text("[]", encoding="utf-8")
        tools = root / "tools"
        tools.mkdir()
        (tools / "gh.py").write_text(_GH, encoding="utf-8")
        gh = tools / "gh"
        gh.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{tools}/gh.py" "{self.comments_file}" "$@"\n', encoding="utf-8"
        )
        gh.chmod(0o755)
        path = os.pathsep.join((str(tools), str(Path(sys.executable).parent), os.environ["PATH"]))
        self.environment = clean_environment(PATH=path, XDG_CACHE_HOME=str(root / "cache"), GH_TOKEN="none")  # noqa: S106 - no secret
        self.git(root, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))

    @property
    def comments(self) -> list[str]:
        """What the pipelines wrote below the pull request."""
        return [comment["body"] for comment in json.loads(self.comments_file.read_text(encoding="utf-8"))]

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve the pages on loopback; yield their address."""
        handler = functools.partial(_Silent, directory=str(self.served))
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            self.site = f"http://127.0.0.1:{server.server_address[1]}/"
            try:
                yield self.site
            finally:
                server.shutdown()
                thread.join()

    def git(self, folder: Path, *arguments: str) -> str:
        """Run git in a folder; return what it prints."""
        done = subprocess.run(
            ["git", *arguments], cwd=folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def run_pull_request(self, branch: str, *, with_preview: bool = False) -> tuple[int, str]:
        """Run what the host runs for a pull request; return the worst exit status and all that was said.

        Without ``with_preview``, the step that writes the preview is left out, for speed.
        """
        runner = self._check_out_commit("main")
        base = self.git(runner, "rev-parse", "HEAD")
        self.git(runner, "merge", "--quiet", "--no-ff", "--no-edit", f"origin/{branch}")
        values = {"github.event.pull_request.base.sha": base, "github.repository": "larkspur/legal"}
        values |= {"github.event.pull_request.number": "1", "github.token": "none"}
        values["needs.review.outputs.preview"] = "https://host.example/artifacts/1" if with_preview else ""
        status, said = self._run_job(runner, "review", values, left_out="" if with_preview else "policy-site preview")
        more, told = self._run_job(runner, "comment", values)
        if (runner / "preview").is_dir():
            self.preview = runner / "preview"
        return max(status, more), said + told

    def publish(self, *, is_first: bool = False, event: str = "push") -> tuple[int, str]:
        """Run what the host runs after a merge, and serve what was built; nothing is served where it fails."""
        runner = self._check_out("main")
        status, said = self._run_job(
            runner,
            "build",
            {"inputs.first && 'yes' || ''": "yes" if is_first else "", "github.event_name": event},
        )
        built = runner / "build/site"
        if status == 0 and built.is_dir():
            shutil.copytree(built, self.served, dirs_exist_ok=True)
        return status, said

    def _check_out(self, branch: str) -> Path:
        self._runs += 1
        runner = self.root / f"runner-{self._runs}"
        self.git(self.root, "clone", "--quiet", "--branch", branch, str(self.origin), str(runner))
        return runner

    def _check_out_commit(self, branch: str) -> Path:
        """Check out what hosts check out for a pull request: a commit, and no branch of the clone's own."""
        runner = self._check_out(branch)
        self.git(runner, "checkout", "--quiet", "--detach")
        self.git(runner, "branch", "--quiet", "--delete", "--force", branch)
        return runner

    def run_gitlab(self, branch: str, *jobs: str, **variables: str) -> tuple[int, str, Path]:
        """Run jobs that GitLab runs for a merge request, or with no branch to merge after one.

        Returns the worst exit status, all that was said, and where the jobs left their files.
        """
        runner = self._check_out_commit("main")
        values = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": self.git(runner, "rev-parse", "HEAD"), "SITE": self.site}
        if branch:
            self.git(runner, "merge", "--quiet", "--no-ff", "--no-edit", f"origin/{branch}")
        pipeline = read_pipeline((runner / ".gitlab-ci.yml").read_text(encoding="utf-8"))
        worst, said = 0, ""
        for job in jobs:
            for line in pipeline[job]["script"]:
                done = self._run(runner, line, {**values, **variables})
                said += done.stdout + done.stderr
                worst = max(worst, done.returncode)
        return worst, said, runner

    def _run_job(self, runner: Path, name: str, values: dict[str, str], *, left_out: str = "") -> tuple[int, str]:
        workflow = read_pipeline((runner / ".github/workflows/policies.yml").read_text(encoding="utf-8"))
        outputs, summary = runner.parent / "outputs", runner.parent / "summary"
        outputs.write_text("", encoding="utf-8")
        worst, said = 0, ""
        for step in workflow["jobs"][name]["steps"]:
            is_due = "due=no" not in outputs.read_text(encoding="utf-8")
            if (
                "run" not in step
                or (left_out and left_out in step["run"])
                or (not is_due and "due" in str(step.get("if", "")))
            ):
                continue
            done = self._run_step(
                runner, step, {"GITHUB_OUTPUT": str(outputs), "GITHUB_STEP_SUMMARY": str(summary)}, values
            )
            said += done.stdout + done.stderr
            worst = max(worst, done.returncode)
        return worst, said

    def _run_step(
        self, runner: Path, step: dict[str, Any], files: dict[str, str], values: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        own = {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: values[found[1]], str(value))
            for name, value in step.get("env", {}).items()
        }
        script = "\n".join(line for line in step["run"].splitlines() if "pip install" not in line)
        return self._run(runner, script, {"SITE": self.site, **files, **own})

    def _run(self, runner: Path, script: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
        environment = {**self.environment, **variables}
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=runner, env=environment, capture_output=True, text=True, check=False
        )


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        pass
