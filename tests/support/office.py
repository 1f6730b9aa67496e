"""LibreOffice without a screen, which accepts or rejects all changes of Word documents and saves what is left as text.

Run as a script by Debian's own Python, which alone has the bridge to LibreOffice (``python3-uno``):
``/usr/bin/python3 office.py PROFILE DOCUMENT...`` writes ``DOCUMENT.Accept.txt`` and ``DOCUMENT.Reject.txt``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SECONDS = 60


def settle(documents: list[Path], profile: Path) -> dict[Path, tuple[str, str]]:
    """Return of each document its text after accepting all changes, and after rejecting all."""
    command = ["/usr/bin/python3", __file__, str(profile), *map(str, documents)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=4 * SECONDS, check=False)
    assert ran.returncode == 0, f"LibreOffice did not answer (tests/install-debian): {ran.stderr}"
    found = {}
    for path in documents:
        accepted, rejected = (
            Path(f"{path}.{name}.txt").read_text(encoding="utf-8-sig") for name in ("Accept", "Reject")
        )
        found[path] = accepted, rejected
    return found


def main(profile: str, *paths: str) -> None:
    """Start LibreOffice, settle the documents, and end it."""
    import uno  # type: ignore[import-not-found]  # noqa: PLC0415 - only Debian's Python has it

    name = f"policy-site-{Path(profile).name}"
    office = subprocess.Popen(
        ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--invisible", "--norestore",
         f"--accept=pipe,name={name};urp;"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        context = _connect(uno, name)
        manager = context.ServiceManager
        desktop = manager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        dispatcher = manager.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
        for path in map(Path, paths):
            for outcome in ("Accept", "Reject"):
                opened = desktop.loadComponentFromURL(path.as_uri(), "_blank", 0, (_value(uno, "Hidden", set_to=True),))
                command = f".uno:{outcome}AllTrackedChanges"
                dispatcher.executeDispatch(opened.CurrentController.Frame, command, "", 0, ())
                form = (
                    _value(uno, "FilterName", set_to="Text (encoded)"),
                    _value(uno, "FilterOptions", set_to="UTF8,LF"),
                )
                opened.storeToURL(Path(f"{path}.{outcome}.txt").as_uri(), form)
                opened.close(True)
        desktop.terminate()
        office.wait(timeout=SECONDS)
    finally:
        office.kill()


def _connect(uno: Any, name: str) -> Any:
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + SECONDS
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={name};urp;StarOffice.ComponentContext")
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def _value(uno: Any, name: str, *, set_to: object) -> Any:
    value = uno.createUnoStruct("com.sun.star.beans.PropertyValue")
    value.Name, value.Value = name, set_to
    return value


if __name__ == "__main__":
    main(*sys.argv[1:])
