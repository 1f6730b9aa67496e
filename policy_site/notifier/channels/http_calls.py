"""One HTTP call for one message: what channels over HTTP share. Of an answer only its beginning is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx

from policy_site.notifier.channels.session import COMMITTED, Coroutine, NotStartedError, in_thread
from policy_site.notifier.model import Outcome, OutcomeKind

_MOST = 4096
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent, and where."""

    url: str
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    line: str
    """``202 Accepted``."""
    body: bytes
    """Its beginning."""


def make_client(timeout_seconds: float) -> httpx.Client:
    """Return a client that takes of the environment only the authorities: no proxy, no password of ~/.netrc."""
    return httpx.Client(
        verify=httpx.create_ssl_context(trust_env=True),
        timeout=timeout_seconds,
        follow_redirects=False,
        trust_env=False,
    )


def call_once(
    client: httpx.Client, make: Callable[[], Call], judge: Callable[[Answer], Outcome], *, away: OutcomeKind
) -> Coroutine[Outcome]:
    """Make a call, which is the point of no return, and say what came of it.

    ``away``: what it is where no connection can be had, so that nothing was sent.
    """
    yield COMMITTED

    def answer() -> Outcome:
        try:
            call = make()
            with client.stream("POST", call.url, content=call.content, headers=dict(call.headers)) as got:
                body = b""
                for piece in got.iter_raw():
                    body += piece
                    if len(body) >= _MOST:
                        break
                return judge(Answer(got.status_code, f"{got.status_code} {got.reason_phrase}".strip(), body[:_MOST]))
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            return Outcome(away, f"{type(error).__name__}: {error}"[:500])
        except Exception as error:  # noqa: BLE001 - whatever it is, the call may have been taken
            return Outcome(OutcomeKind.DOUBTFUL, f"No answer: {type(error).__name__}."[:500])

    try:
        # the client's own time-outs are for each step: one that answers a byte at a time is not waited for for ever
        seconds = 2 * float(client.timeout.read or 0)
        return (yield from in_thread(answer, seconds=seconds))
    except TimeoutError:
        return Outcome(OutcomeKind.DOUBTFUL, "No answer: it takes too long.")
    except NotStartedError as error:
        return Outcome(OutcomeKind.DEFERRED, f"Nothing was sent: {error}"[:500])
