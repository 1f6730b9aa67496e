"""Install the notifier alone into a new environment, and run it there: nothing of git, Flask or Markdown is present.

    python -m tests.notifier_alone

It is no test of `make test`, for installing takes a minute and needs a package index; `make notifier-alone` runs it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.support.mailing import NOTICE, Mailing
from tests.support.scripted_smtp import ScriptedServer

_ROOT = Path(__file__).parents[1]
_STRANGERS = ("git", "flask", "flask_frozen", "markdown", "diff_match_patch", "lxml")


def main() -> int:
    """Install, run, look; return 1 where something is not as it should be."""
    with tempfile.TemporaryDirectory() as place, ScriptedServer() as server:
        folder = Path(place)
        python = _install(folder / "venv")
        present = _call(
            python, "-c", f"import importlib.util as u; print([n for n in {_STRANGERS} if u.find_spec(n)])"
        ).strip()
        mailing = Mailing(folder, server.port)
        environment = {"PATH": str(python.parent), "PYTHONPATH": "", "PYTHONSAFEPATH": "1"}
        mailing.publish(NOTICE - 1)
        command = [str(python), "-m", "policy_site", "notify", "run", "--config", str(mailing.config)]
        for asked in ("--version", "--help"):
            _call(python, "-m", "policy_site", asked)
        first = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        mailing.publish(NOTICE)
        second = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        sys.stdout.write(first.stdout + first.stderr + second.stdout + second.stderr)
    faults = []
    if present != "[]":
        faults.append(f"There are {present} beside it.")
    if first.returncode or second.returncode:
        faults.append(f"It ended with {first.returncode} and {second.returncode}.")
    if server.recipients != ["a@example.org"]:
        faults.append("Nobody was told.")
    sys.stdout.writelines(f"BROKEN: {fault}\n" for fault in faults)
    return 1 if faults else 0


def _install(folder: Path) -> Path:
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = ("-m", "pip", "--disable-pip-version-check", "--quiet", "install")
    _call(python, *pip, "--require-hashes", "--requirement", str(_ROOT / "requirements" / "notify.txt"))
    _call(python, *pip, "--no-deps", "--no-build-isolation", str(_ROOT))
    return python


def _call(python: Path, *arguments: str) -> str:
    return subprocess.run([python, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
