"""``policy-site notify``: a consumer of the published feed. It imports nothing that makes the site."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from policy_site.console.aftercare import add_aftercare
from policy_site.console.interruption import ending_in_order
from policy_site.console.monitoring import ALIVE, Monitor
from policy_site.console.notices import (
    conclude,
    forecast_as_json,
    passes_as_json,
    run_as_json,
    show_forecasts,
    show_runs,
    show_unplanned,
    show_unusable,
    unplanned_as_json,
)
from policy_site.console.steps import NotifyStep
from policy_site.console.terminal import Terminal
from policy_site.errors import FeedUnreachableError, HeldError, NoticeError, PolicySiteError, UsageError
from policy_site.notifier.delivery import Tally
from policy_site.notifier.erasing import erase_expired
from policy_site.notifier.forecast import forecast_notices
from policy_site.notifier.ingestion import Ingestion, foresee, ingest, refuse_held, waiting_events
from policy_site.notifier.journal import keeping_journal, note
from policy_site.notifier.ledger import Ledger, open_ledger
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.planning import find_unplanned, plan_notices
from policy_site.notifier.replays import find_open_event
from policy_site.notifier.running import ChannelRun, deliver_all
from policy_site.notifier.settings import NotifierSettings, read_notifier_settings

NAME = "notify"
HELP = "read a change feed and deliver notices"
FAREWELL = "Interrupted; the ledger knows what was done, the next run goes on."

_UNUSABLE, _WAITING, _UNAVAILABLE, _LATE, _NOT_REACHED = 1, 7, 8, 9, 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what ``notify`` takes."""
    steps = parser.add_subparsers(title="steps", metavar="STEP", required=True)

    def add(name: str, purpose: str, do: NotifyStep) -> argparse.ArgumentParser:
        step = steps.add_parser(name, help=purpose, description=purpose, allow_abbrev=False)
        step.add_argument(
            "--config", type=Path, metavar="FILE", default=Path("notify.toml"), help="default: notify.toml"
        )
        step.add_argument("--format", choices=("text", "json"), default="text")
        step.add_argument("--quiet", action="store_true", help="say nothing but errors")
        step.add_argument("--debug", action="store_true", help="show the traceback of a defect")
        step.set_defaults(do=do)
        return step

    whole = add("run", "all of it: ingest, plan, deliver", _run)
    whole.add_argument("--watch", type=float, metavar="SECONDS", help="begin anew so long after each run, for ever")
    whole.add_argument("--dry-run", action="store_true", help="send nothing, tell who would be told of what is due")
    for step in (whole, add("ingest", "read the feed into the ledger", _ingest)):
        step.add_argument("--max-new", type=int, metavar="N", help="hold more notices than this for a person")
        step.add_argument("--follow", action="store_true", help="the feed has a new address and continues the old one")
    plan = add("plan", "expand the audiences of what is due", _plan)
    plan.add_argument(
        "--again",
        action="append",
        default=[],
        metavar="EVENT",
        help="read the lists again for this event: who joined since is told too; may be repeated",
    )
    add("deliver", "send what is planned", _deliver)
    queueing = add("dispatch", "ingest and plan, then put what is due on Celery's queue", _dispatch)
    queueing.add_argument("--watch", type=float, metavar="SECONDS", help="begin anew so long after each time, for ever")
    working = add("work", "run a Celery worker that sends what is on the queue", _work)
    working.add_argument("--concurrency", type=int, default=4, metavar="N", help="processes (default: 4)")
    add_aftercare(add)


def run(arguments: argparse.Namespace, terminal: Terminal) -> int:
    """Do the step that was asked for; see the exit statuses in ``notifier/README.md``."""
    settings = read_notifier_settings(arguments.config)
    if getattr(arguments, "max_new", None) is not None:
        settings = settings.model_copy(update={"max_new": arguments.max_new})
    log = settings.log
    with keeping_journal(log.form if log else None, log.level if log else "info"):
        try:
            status: int = arguments.do(arguments, settings, terminal)
        except PolicySiteError as error:
            note("error", "step.failed", kind=type(error).__name__, status=error.exit_status)
            raise
        note("info" if status in ALIVE else "error", "step.ended", status=status)
    return status


# --- the steps -------------------------------------------------------------------------------------------------------


def _run(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        if arguments.dry_run:
            return _foretell(ledger, settings, terminal, follow=arguments.follow)
        monitor = Monitor(ledger, settings, terminal, is_watching=arguments.watch is not None)
        return _repeat(
            lambda: monitor.around(lambda: _run_once(ledger, settings, terminal, follow=arguments.follow)),
            arguments.watch,
            terminal,
        )


def _foretell(ledger: Ledger, settings: NotifierSettings, terminal: Terminal, *, follow: bool) -> int:
    """Tell what a run would do, and change nothing."""
    problems: list[PolicySiteError] = []
    try:
        ingestion, events = foresee(ledger, settings, follow=follow)
        _tell_ingestion(ingestion, terminal)
    except FeedUnreachableError as error:
        problems.append(error)
        events = waiting_events(ledger)
    forecasts = tuple(forecast_notices(ledger, settings, events))
    if not terminal.is_machine:
        show_forecasts(forecasts, terminal)
    return conclude({"forecasts": [forecast_as_json(one) for one in forecasts]}, problems, terminal)


def _repeat(do: Callable[[], int], seconds: float | None, terminal: Terminal) -> int:
    """Do something once; with ``seconds``, anew so long after each time, for ever."""
    if seconds is None:
        return do()
    pause = threading.Event()
    is_first = True
    while True:
        try:
            do()
        except NoticeError as error:
            terminal.show_error(error)  # tomorrow the feed may be there again, or a person has decided
        except UsageError as error:
            if is_first:
                raise  # who has just started it sees it
            terminal.show_error(error)  # another process may have been at the ledger, or its server away
        is_first = False
        pause.wait(seconds)


def _run_once(
    ledger: Ledger, settings: NotifierSettings, terminal: Terminal, *, follow: bool
) -> tuple[int, tuple[ChannelRun, ...]]:
    planned = _ingest_and_plan(ledger, settings, terminal, follow=follow)
    runs = _deliver_all(ledger, settings, terminal)
    problems = [*_stuck(runs), *planned.problems, *_held(ledger)]
    erased = erase_expired(ledger, settings)
    if erased:
        terminal.say_done(f"The recipients of {len(erased)} old events were erased (keep_days).")
    document = {**planned.as_json(), "channels": [run_as_json(one) for one in runs], "erased": list(erased)}
    status = _conclude(document, problems, planned, terminal, delivered=_status_of(runs, settings, terminal))
    return status, runs


def _ingest(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        ingestion = ingest(ledger, settings, follow=arguments.follow)
        _tell_ingestion(ingestion, terminal)
        held = _held(ledger)
    document = {
        "head": ingestion.head,
        "new": list(ingestion.new),
        "notices": list(ingestion.notices),
        "held": list(ingestion.held),
        "is_baseline": ingestion.is_baseline,
    }
    return conclude(document, held, terminal)


def _plan(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        again = [find_open_event(ledger, reference) for reference in arguments.again]
        planned = _plan_all(ledger, settings, terminal, again=again)
    for one in planned.passes:
        if (one.event_seq, one.audience) in planned.read:
            terminal.say_done(f"Event {one.event_seq}, audience {one.audience}: {one.planned} planned.")
    return _conclude(planned.as_json(), planned.problems, planned, terminal)


def _deliver(_arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        runs = _deliver_all(ledger, settings, terminal)
        unplanned = find_unplanned(ledger, settings)
    show_unplanned(unplanned, terminal)
    document = {"channels": [run_as_json(one) for one in runs], "unplanned": unplanned_as_json(unplanned)}
    delivered = _status_of(runs, settings, terminal)
    return conclude(document, _stuck(runs), terminal) or delivered or (_WAITING if unplanned else 0)


def _dispatch(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    queues = _queues()
    queue = queues.make_queue(settings)
    with open_ledger(settings.ledger) as ledger:
        return _repeat(lambda: _dispatch_once(ledger, settings, terminal, queues, queue), arguments.watch, terminal)


def _dispatch_once(
    ledger: Ledger,
    settings: NotifierSettings,
    terminal: Terminal,
    queues: ModuleType,
    queue: Any,  # noqa: ANN401 - Celery has no types
) -> int:
    planned = _ingest_and_plan(ledger, settings, terminal, follow=False)
    queued = queues.dispatch(ledger, settings, queue)
    terminal.say_done(f"{queued} deliveries put on the queue.")
    return _conclude({**planned.as_json(), "queued": queued}, [*planned.problems, *_held(ledger)], planned, terminal)


def _work(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    queues = _queues()
    queues.work(queues.make_queue(settings), concurrency=arguments.concurrency, is_quiet=terminal.is_quiet)()
    return 0


def _queues() -> ModuleType:
    try:
        return import_module("policy_site.notifier.queues")
    except ImportError as error:
        raise UsageError(f"Celery is not installed: {error}.", remedy="Install `policy-site[celery]`.") from None


def _tell_ingestion(ingestion: Ingestion, terminal: Terminal) -> None:
    if ingestion.is_baseline:
        terminal.say_done(f"The feed is known up to event {ingestion.head}; nobody is told of what was before.")
    elif ingestion.new:
        terminal.say_done(f"{len(ingestion.new)} new events, {len(ingestion.notices)} of which people are told.")


@dataclass(slots=True)
class _Planned:
    """What came of planning, and of reading the feed before it."""

    passes: tuple[Pass, ...] = ()
    read: set[tuple[int, str]] = field(default_factory=set)
    """Number and audience of the passes in which something of a list was read now."""
    unplanned: tuple[tuple[int, str], ...] = ()
    problems: list[PolicySiteError] = field(default_factory=list)
    """What does not keep the rest from being sent, and is told at the end."""

    @property
    def unusable(self) -> list[Pass]:
        """Passes that have met unusable rows now: a person hears of them once, and finds them in ``status``."""
        return [one for one in self.passes if one.unusable and (one.event_seq, one.audience) in self.read]

    def as_json(self) -> dict[str, object]:
        return {"audiences": passes_as_json(self.passes), "unplanned": unplanned_as_json(self.unplanned)}


def _ingest_and_plan(ledger: Ledger, settings: NotifierSettings, terminal: Terminal, *, follow: bool) -> _Planned:
    unreachable: list[PolicySiteError] = []
    try:
        _tell_ingestion(ingest(ledger, settings, follow=follow), terminal)
    except FeedUnreachableError as error:
        # what is in the ledger does not need the feed: it goes out, and the failure is told at the end
        unreachable.append(error)
    planned = _plan_all(ledger, settings, terminal)
    planned.problems[:0] = unreachable
    return planned


def _plan_all(
    ledger: Ledger, settings: NotifierSettings, terminal: Terminal, *, again: Collection[int] = ()
) -> _Planned:
    planned = _Planned()
    left_out: set[str] = set()

    def fail(audience: str, error: UsageError) -> None:
        left_out.add(audience)
        planned.problems.append(error)

    with terminal.progress() as progress:

        def tell(one: Pass) -> None:  # how long a list is, is known at its end
            planned.read.add((one.event_seq, one.audience))
            if progress:
                progress(f"Planning ({one.audience})", one.planned, one.planned if one.is_finished else None)

        planned.passes = plan_notices(ledger, settings, again=again, progress=tell, failed=fail)
    planned.unplanned = find_unplanned(ledger, settings)
    show_unusable(planned.unusable, settings, terminal)
    # of the others the errors tell more
    show_unplanned([pair for pair in planned.unplanned if pair[1] not in left_out], terminal)
    return planned


def _conclude(
    document: Mapping[str, object],
    problems: Sequence[PolicySiteError],
    planned: _Planned,
    terminal: Terminal,
    *,
    delivered: int = 0,
) -> int:
    status = conclude(document, problems, terminal) or delivered
    if not status and planned.unplanned:
        return _WAITING
    return status or (_UNUSABLE if planned.unusable else 0)


def _deliver_all(ledger: Ledger, settings: NotifierSettings, terminal: Terminal) -> tuple[ChannelRun, ...]:
    with ending_in_order() as is_interrupted, terminal.progress() as progress:

        def tell(channel: str, due: int, tally: Tally) -> None:
            progress(f"Sending ({channel})", tally.done, max(tally.done, due))

        runs = deliver_all(ledger, settings, is_interrupted=is_interrupted, told=tell if progress else None)
    show_runs(runs, settings, terminal)
    return runs


def _status_of(runs: Sequence[ChannelRun], settings: NotifierSettings, terminal: Terminal) -> int:
    """Return the exit status of what was delivered, the worst of all channels; what a person must see is told."""
    late = [one for one in runs if one.is_late(settings.late_hours)]
    if not terminal.is_machine:
        for one in late:
            terminal.say_aside(f"{one.channel}: notices have waited for more than {settings.late_hours} hours.")
    if any(one.tally.reason for one in runs):
        return _UNAVAILABLE
    if late:
        return _LATE
    if any(one.not_reached for one in runs):
        return _NOT_REACHED
    return _WAITING if any(one.waiting for one in runs) else 0


def _held(ledger: Ledger) -> list[PolicySiteError]:
    try:
        refuse_held(ledger)
    except HeldError as error:
        return [error]
    return []


def _stuck(runs: Sequence[ChannelRun]) -> list[NoticeError]:
    problems: list[NoticeError] = []
    for one in runs:
        if one.stuck_canaries:
            problems.append(
                HeldError(
                    f"{one.channel}: {', '.join(one.stuck_canaries)} did not get the notice; nobody else is told"
                    " before.",
                    remedy="Find out why with `policy-site notify report`, then `policy-site notify replay` it.",
                )
            )
        if one.held:
            problems.append(
                HeldError(
                    f"{one.channel}: {one.held} deliveries are doubtful and held.",
                    remedy="Look at `policy-site notify status`, then `policy-site notify decide` what becomes of"
                    " them.",
                )
            )
    return problems
