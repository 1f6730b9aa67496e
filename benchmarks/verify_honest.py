"""Builds honest sites, each in another way, and verifies each: none may be accused.

python -m benchmarks.verify_honest [--sites 50]

The sample is built from clones at fifty instants: with other languages of the machine, time zones, masks, seeds of
hashes and numbers of processes; alone or continuing the site before; by this program, and by a copy of it with another
patch number and another style sheet. Each is verified by this program. Ends with 1 where one is accused.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIRST = date(2024, 12, 15)
LAST = date(2026, 12, 1)


def make_patched_program(folder: Path) -> Path:
    """Copy the program, with another patch number and another look."""
    for name in ("policy_site", "translations"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    start = folder / "policy_site" / "__init__.py"
    text = start.read_text(encoding="utf-8")
    number = text.split('__version__ = "', 1)[1].split('"', 1)[0]
    major, minor, patch = number.split(".")
    start.write_text(text.replace(number, f"{major}.{minor}.{int(patch) + 1}"), encoding="utf-8")
    style = folder / "policy_site" / "static" / "site.css"
    style.write_text(style.read_text(encoding="utf-8") + "\nbody { accent-color: auto; }\n", encoding="utf-8")
    return folder


def run(program: Path, arguments: list[str], number: int, cache: Path) -> subprocess.CompletedProcess[str]:
    """Run the program as another machine would."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(program),
        "PYTHONHASHSEED": str(number),
        "TZ": ("UTC", "Asia/Tokyo", "America/New_York")[number % 3],
        "LC_ALL": ("C", "C.UTF-8")[number % 2],
        "XDG_CACHE_HOME": str(cache),
    }
    command = ["sh", "-c", f'umask {("022", "077")[number % 2]}; exec "$@"', "sh", sys.executable, "-m", "policy_site"]
    return subprocess.run(
        [*command, *arguments], cwd=program, env=environment, capture_output=True, text=True, check=False
    )


def main() -> int:
    """Build and verify; return 1 where an honest site is accused."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=50)
    count = parser.parse_args().sites
    accused = notes = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clone = folder / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        patched = make_patched_program(folder / "patched")
        site = folder / "site"
        for number in range(count):
            day = (FIRST + timedelta(days=(LAST - FIRST).days * number // max(count - 1, 1))).isoformat()
            origin = ["--config", str(clone / "content/site.toml"), "--as-of", day, "--jobs", str(1 + number % 2)]
            before = ["--previous", str(site)] if site.exists() and number % 5 else []
            if not before:
                shutil.rmtree(site, ignore_errors=True)
            program = patched if number % 3 == 2 else ROOT  # noqa: PLR2004 - every third
            built = run(program, ["build", *origin, "--output", str(site), *before], number, folder / "cache")
            if built.returncode:
                sys.exit(built.stderr)
            found = run(ROOT, ["verify", str(site), *origin, "--format", "json"], number + 1, folder / "cache")
            told = json.loads(found.stdout)
            notes += len(told["differences"])
            accused += found.returncode != 0
            how = f"{'patched' if program == patched else 'same'} program, {'continued' if before else 'alone'}"
            print(f"{number + 1:3} {day} {how}: exit {found.returncode}, {len(told['differences'])} notes", flush=True)
            for one in told["differences"]:
                if one["counts"]:
                    print(f"      {one['file']}: {one['fact']}")
    print(f"{count} honest sites, {accused} accused, {notes} notes")
    return 1 if accused else 0


if __name__ == "__main__":
    sys.exit(main())
