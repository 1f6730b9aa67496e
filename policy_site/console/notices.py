"""What ``policy-site notify`` tells of planning and delivery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from policy_site.console.terminal import Terminal
from policy_site.errors import PolicySiteError
from policy_site.notifier.forecast import Forecast
from policy_site.notifier.ledger.plans import Pass
from policy_site.notifier.reports import instant, pass_as_json
from policy_site.notifier.running import ChannelRun
from policy_site.notifier.settings import NotifierSettings


def show_forecasts(forecasts: Sequence[Forecast], terminal: Terminal) -> None:
    """Tell who would be told of what."""
    if not forecasts:
        terminal.say_done("Nobody would be told of anything.")
        return
    terminal.show_table(
        ("event", "state", "channel", "recipients", "languages", "struck off", "unusable"),
        [
            (
                str(one.event_seq),
                one.state.value,
                one.channel,
                str(sum(one.languages.values())),
                " ".join(f"{language}:{count}" for language, count in one.languages.items()),
                str(one.suppressed),
                str(one.unusable),
            )
            for one in forecasts
        ],
    )


def forecast_as_json(one: Forecast) -> dict[str, object]:
    """Return who would be told of an event, for machines."""
    return {
        "event": one.event_seq,
        "state": one.state.value,
        "channel": one.channel,
        "languages": dict(one.languages),
        "suppressed": one.suppressed,
        "unusable": one.unusable,
    }


def conclude(document: Mapping[str, object], problems: Sequence[PolicySiteError], terminal: Terminal) -> int:
    """Tell everything that keeps a step from success, machines in one document with ``document``.

    Return the exit status of the first, 0 where there is none.
    """
    if terminal.is_machine:
        terminal.write_json({**document, "errors": [terminal.error_as_json(problem) for problem in problems]})
    else:
        for problem in problems:
            terminal.show_error(problem)
    return problems[0].exit_status if problems else 0


def show_unusable(passes: Sequence[Pass], settings: NotifierSettings, terminal: Terminal) -> None:
    """Warn of rows of audiences that cannot be used."""
    databases = {audience.name for audience in settings.audiences if audience.sql}
    for one in passes:
        if one.unusable:
            # a file shows by itself that it is another one, a database does not
            again = f"`policy-site notify plan --again {one.event_seq}`" if one.audience in databases else "run again"
            terminal.say_aside(
                f"warning: {one.unusable} rows of audience {one.audience} cannot be used for event {one.event_seq};"
                f" `policy-site notify status` names them. Correct them and {again}: nobody is told twice,"
                " and who joined the list meanwhile is told too."
            )


def show_unplanned(unplanned: Sequence[tuple[int, str]], terminal: Terminal) -> None:
    """Tell of events that are not planned to their end for an audience."""
    if terminal.is_quiet or terminal.is_machine:
        return
    for seq, audience in unplanned:
        terminal.say_aside(
            f"Event {seq} is not planned to its end for the audience {audience}; `policy-site notify run` plans it,"
            " unless another process is at it."
        )


def unplanned_as_json(unplanned: Sequence[tuple[int, str]]) -> list[dict[str, object]]:
    """Return events that are not planned to their end, for machines."""
    return [{"event": seq, "audience": audience} for seq, audience in unplanned]


def show_runs(runs: Sequence[ChannelRun], settings: NotifierSettings, terminal: Terminal) -> None:
    """Tell what was delivered on each channel, and what waits for what."""
    if terminal.is_machine:
        return
    for one in runs:
        tally, settled = one.tally, one.settled
        done = [f"{tally.sent} sent"]
        for number, words in (
            (tally.refused, "refused"),
            (tally.exhausted, "given up"),
            (tally.deferred, "put off"),
            (settled.resent, "doubtful, to be sent again"),
            (settled.sent, "doubtful, found in the server's record"),
            (settled.waiting, "doubtful, the server's record is not complete yet"),
            (one.held, "held for a person"),
        ):
            if number:
                done.append(f"{number} {words}")
        terminal.say_done(f"{one.channel}: {', '.join(done)}.")
        _show_failures(one, terminal)
        if not terminal.is_quiet:
            _show_waiting(one, settings, terminal)


def _show_failures(one: ChannelRun, terminal: Terminal) -> None:
    """Tell what a person must see, however quiet it is to be."""
    if one.tally.reason:
        terminal.say_aside(f"{one.channel}: {one.tally.reason}. Nobody's attempts were spent on it.")
    if one.not_reached:
        terminal.say_aside(
            f"{one.channel}: {one.not_reached} recipients could not be reached; `policy-site notify report EVENT"
            " --not-reached` lists them."
        )


def _show_waiting(one: ChannelRun, settings: NotifierSettings, terminal: Terminal) -> None:
    if one.waiting and settings.stop_file.exists():
        terminal.say_aside(f"{one.channel}: {one.waiting} deliveries wait, since {settings.stop_file} is there.")
    elif one.waiting and one.paused_until:
        terminal.say_aside(
            f"{one.channel}: The canaries have it; {one.waiting} deliveries wait until {instant(one.paused_until)}."
        )
    elif one.waiting:
        due = f", the first at {instant(one.next_due)}" if one.next_due else ""
        terminal.say_aside(f"{one.channel}: {one.waiting} deliveries wait for another run{due}.")


def passes_as_json(passes: Sequence[Pass]) -> list[dict[str, object]]:
    """Return what became of the audiences of events, for machines."""
    return [{"event": one.event_seq, "audience": one.audience, **pass_as_json(one)} for one in passes]


def run_as_json(one: ChannelRun) -> dict[str, object]:
    """Return what became of a channel, for machines."""
    tally, settled = one.tally, one.settled
    return {
        "channel": one.channel,
        "sent": tally.sent,
        "refused": tally.refused,
        "exhausted": tally.exhausted,
        "deferred": tally.deferred,
        "doubtful": tally.doubtful,
        "reason": tally.reason,
        "settled": {
            "resent": settled.resent,
            "sent": settled.sent,
            "held": settled.held,
            "waiting": settled.waiting,
        },
        "waiting": one.waiting,
        "next_due": instant(one.next_due) if one.next_due else None,
        "paused_until": instant(one.paused_until) if one.paused_until else None,
        "held": one.held,
        "stuck_canaries": list(one.stuck_canaries),
        "waiting_since": instant(one.waiting_since) if one.waiting_since else None,
        "not_reached": one.not_reached,
    }
