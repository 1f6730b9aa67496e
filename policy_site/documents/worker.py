"""What runs in a worker process: one line of JSON in (chunks of one document), one line out for each chunk.

Before the first of them comes a line that says it is ready: until then no passage is under way.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import sys

from policy_site.documents.conversion import Converter
from policy_site.documents.limits import RenderFault

_MEMORY = 2 << 30
"""Bytes of addresses that a worker may use; the longest honest text needs a tenth of it."""


def main() -> None:
    """Serve until the input ends or nobody reads the answers: then the parent is gone, and there is nothing to say."""
    try:
        _serve()
    except BrokenPipeError:
        os._exit(0)


def _serve() -> None:
    _limit_memory()
    first = sys.stdin.readline()
    if not first:
        return
    extensions = tuple(json.loads(first))
    converter = Converter(extensions)
    sys.stdout.write(json.dumps("ready") + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        task = json.loads(line)
        # should the parent die, a worker caught in an endless expression dies of its alarm
        if hasattr(signal, "alarm"):
            signal.alarm(math.ceil(2 * task["seconds"]) + 1)
        for number, chunk in enumerate(task["chunks"]):
            html, fault = convert_chunk(converter, chunk)
            if fault:
                converter = Converter(extensions)
            answer = {"number": number, "html": html, "fault": [fault.message, fault.remedy] if fault else None}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _limit_memory() -> None:
    """Let a text that grows without end fail here, before the machine's memory is gone."""
    own = resource.getrlimit(resource.RLIMIT_AS)
    if resource.RLIM_INFINITY in own:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, own[1]))


def convert_chunk(converter: Converter, chunk: str) -> tuple[str, RenderFault | None]:
    """Convert a chunk; whatever the parser stumbles over becomes a fault."""
    try:
        return converter.convert(chunk), None
    except RecursionError:
        return "", RenderFault(
            f"The passage {shorten(chunk)} has too many elements inside each other.", "Take them out of one another."
        )
    except Exception as error:  # noqa: BLE001 - Python-Markdown and its extensions document no exceptions
        return "", RenderFault(
            f"The passage {shorten(chunk)} cannot be read as Markdown ({type(error).__name__}: {error}).",
            "Write it in simpler Markdown.",
        )


def shorten(chunk: str) -> str:
    """Quote the beginning of a chunk, so that an author finds it."""
    start = " ".join(chunk[:200].split())
    return f"“{start[:60]}…”" if len(start) > 60 else f"“{start}”"  # noqa: PLR2004
