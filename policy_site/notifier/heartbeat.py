"""A dead man's check: a monitor is called after each run, and raises the alarm when nobody calls."""

from __future__ import annotations

import httpx

from policy_site.exchange import Exchanges, Limits, TooMuchError
from policy_site.notifier.journal import note

_LIMITS = Limits(seconds=15, wire_bytes=65_536, content_bytes=65_536)


def call_monitor(url: str, status: int, *, is_alive: bool, limits: Limits = _LIMITS) -> str:
    """Call the address, or the one below it called ``fail`` where the run did not do what it could.

    Return why it could not be called; empty where it was. It never raises, for a monitor that is away keeps nobody
    from their notice.
    """
    address = url if is_alive else f"{url.rstrip('/')}/fail"
    try:
        with httpx.Client(timeout=limits.seconds, headers={"Accept-Encoding": "identity"}) as client:
            exchanges = Exchanges(client, limits)
            with exchanges.within_deadline():
                request = client.build_request("POST", address, content=f"exit status {status}\n".encode())
                answer = exchanges.ask(request, reads_body=False)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TooMuchError, ValueError) as error:
        problem = f"{type(error).__name__}: {error}"[:300]
    else:
        problem = "" if 200 <= answer.status < 300 else f"{answer.status} {answer.reason}"  # noqa: PLR2004
    if problem:
        note("warning", "monitor.unreachable", reason=problem)
    return problem
