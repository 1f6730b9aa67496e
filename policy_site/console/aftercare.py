"""The steps of ``policy-site notify`` that come after delivery: where everything stands, evidence, decisions."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from policy_site.console.people import add_people
from policy_site.console.steps import Add
from policy_site.console.terminal import Terminal
from policy_site.errors import UsageError
from policy_site.notifier.bounces import read_bounces
from policy_site.notifier.ingestion import close, release, rest
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.ledger.reports import list_suppressions
from policy_site.notifier.ledger.suppressions import lift_suppression
from policy_site.notifier.model import DeliveryState, OutcomeKind
from policy_site.notifier.previews import Wanted, write_message, write_pages
from policy_site.notifier.replays import REPLAYABLE, Replayed, decide, replay
from policy_site.notifier.reports import (
    EventSurvey,
    instant,
    survey_ledger,
    write_not_reached,
    write_report,
    write_report_table,
)
from policy_site.notifier.settings import NotifierSettings
from policy_site.notifier.trials import send_trial

_UNUSABLE, _UNAVAILABLE, _NOT_REACHED = 1, 8, 10
_ROWS_SHOWN = 20
"""Unusable rows that `status` names."""


def add_aftercare(add: Add) -> None:
    """Declare the steps that a person takes."""
    add("status", "where everything stands", _status).add_argument(
        "--suppressed", action="store_true", help="list the addresses that are struck off, and why"
    )
    preview = add("preview", "the message that a recipient would get, for a mail program or a browser", _preview)
    preview.add_argument("event", metavar="EVENT", nargs="?", help="its number, or its id; default with --folder: all")
    preview.add_argument("--folder", type=Path, metavar="FOLDER", help="write every message as a page for a browser")
    trial = add("send-test", "send one message to an address of your own; nothing of it is kept", _send_test)
    trial.add_argument("address", metavar="ADDRESS")
    trial.add_argument("--event", metavar="EVENT", help="default: the last of which people are told")
    for step in (preview, trial):
        step.add_argument("--channel", metavar="NAME", help="default: the first of the settings")
        step.add_argument("--language", metavar="TAG", help="default: the authoritative one; with --folder: all")
        step.add_argument("--accepted", metavar="VERSION", help="the version that the recipient agreed to")
        step.add_argument("--name", default="", help="of the recipient")
        step.add_argument("--account", default="", help="of the recipient")
    report = add("report", "the evidence of an event: who was sent which words when", _report)
    _add_event(report)
    report.add_argument(
        "--not-reached", action="store_true", help="who does not have it and will not get it, as CSV for letters"
    )
    report.add_argument("--table", action="store_true", help="one row a recipient as CSV; default: JSON lines")
    bounces = add("bounces", "read delivery reports; strike off the addresses that do not exist", _bounces)
    bounces.add_argument("maildir", type=Path, metavar="MAILDIR")
    for name, purpose, do in (
        ("release", "let held events go out", _release),
        ("rest", "let held events rest: nobody is told", _rest),
    ):
        add(name, purpose, do).add_argument(
            "events", nargs="*", type=int, metavar="SEQ", help="default: all that are held"
        )
    add("close", "end open events: nobody is told who is not told yet", _close).add_argument(
        "events", nargs="+", type=int, metavar="SEQ"
    )
    again = add("replay", "send an event again to those who were not reached", _replay)
    _add_event(again)
    again.add_argument("--channel", metavar="NAME", help="only over this channel; default: all")
    again.add_argument("--recipient", action="append", metavar="ADDRESS", help="only to this one; may be repeated")
    again.add_argument(
        "--state", action="append", choices=sorted(REPLAYABLE), help="only those that ended so; may be repeated"
    )
    again.add_argument("--sent", action="store_true", help="also to the named ones who were sent it already")
    choice = add("decide", "decide about deliveries of which nobody knows whether they arrived", _decide)
    _add_event(choice)
    verdict = choice.add_mutually_exclusive_group(required=True)
    verdict.add_argument("--resend", action="store_true", help="send them again, under the same Message-ID")
    verdict.add_argument("--count-as-sent", action="store_true", help="hold them for arrived")
    choice.add_argument("--recipient", action="append", metavar="ADDRESS", help="only this one; may be repeated")
    add_people(add)
    lift = add("lift", "let an address that was struck off be written to again", _lift)
    lift.add_argument("channel", metavar="CHANNEL")
    lift.add_argument("address", metavar="ADDRESS")


def _add_event(step: argparse.ArgumentParser) -> None:
    step.add_argument("event", metavar="EVENT", help="its number, or its id")


def _wanted(arguments: argparse.Namespace) -> Wanted:
    return Wanted(
        arguments.event,
        arguments.channel,
        arguments.language,
        arguments.accepted,
        arguments.name,
        arguments.account,
    )


def _preview(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    folder: Path | None = arguments.folder
    if folder is None and arguments.event is None:
        raise UsageError("No event is named.", remedy="Name one, or write all messages with --folder FOLDER.")
    with open_ledger(settings.ledger) as ledger:
        if folder is None:
            message = write_message(ledger, settings, _wanted(arguments)).content
            sys.stdout.buffer.write(message)
            return 0
        languages = [arguments.language] if arguments.language else []
        number = write_pages(ledger, settings, folder, _wanted(arguments), languages=languages)
    if terminal.is_machine:
        terminal.write_json({"messages": number, "index": str(folder / "index.html")})
    terminal.say_done(f"{number} messages; open {folder / 'index.html'} in a browser.")
    return 0


def _send_test(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        outcome = send_trial(ledger, settings, _wanted(arguments), address=arguments.address)
    if terminal.is_machine:
        terminal.write_json({"address": arguments.address, "outcome": outcome.kind.value, "reply": outcome.reply})
    if outcome.kind is OutcomeKind.ACCEPTED:
        terminal.say_done(f"Sent to {arguments.address}: {outcome.reply}")
        return 0
    if not terminal.is_machine:
        terminal.say_aside(f"{arguments.address} was not sent it ({outcome.kind.value}): {outcome.reply}")
    return _UNAVAILABLE if outcome.kind is OutcomeKind.UNAVAILABLE else _NOT_REACHED


def _list_suppressions(settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger, ledger.snapshot() as connection:
        struck_off = list_suppressions(connection)
    if terminal.is_machine:
        terminal.write_json([asdict(one) | {"at": instant(one.at)} for one in struck_off])
        return 0
    rows = [(one.channel, one.address, instant(one.at), one.reason) for one in struck_off]
    terminal.show_table(("channel", "address", "since", "reason"), rows)
    return 0


def _status(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    if arguments.suppressed:
        return _list_suppressions(settings, terminal)
    with open_ledger(settings.ledger) as ledger:
        survey = survey_ledger(ledger)
    if terminal.is_machine:
        terminal.write_json({"health": survey.health(settings.late_hours), **survey.as_json()})
        return 0
    if survey.feed is None:
        terminal.say("The feed was not read yet.")
        return 0
    terminal.say(f"{survey.feed.url}: read up to event {survey.feed.head_seq} at {instant(survey.feed.read_at)}.")
    counts = (f"{count} {state}" for state, count in survey.event_counts.items())
    terminal.say(f"Events: {', '.join(counts) or 'none'}.")
    for event in survey.events:
        _show_event(event, terminal)
    for channel, due in survey.next_due.items():
        terminal.say(f"{channel}: the next delivery is due {f'at {instant(due)}' if due else 'at once'}.")
    for channel, canaries in survey.canaries.items():
        terminal.say(f"{channel}: everybody else waits for {', '.join(canaries)}.")
    for channel, count in survey.suppressions.items():
        terminal.say(f"{channel}: {count} addresses are struck off.")
    terminal.say(f"Workers: {', '.join(survey.workers) or 'none'}.")
    return 0


def _show_event(one: EventSurvey, terminal: Terminal) -> None:
    event = one.event
    terminal.say(f"Event {event.seq} ({event.state}): {event.id}")
    if event.held_for:
        terminal.say(f"  held: {event.held_for}")
    for channel in one.channels:
        counts = (f"{count} {state}" for state, count in channel.states.items())
        came_back = one.came_back.get(channel.channel)
        tail = f"; {came_back} came back" if came_back else ""
        terminal.say(f"  {channel.channel}: {', '.join(counts)}{tail}")
    for reached in one.passes:
        end = "" if reached.is_finished else ", not finished"
        terminal.say(f"  audience {reached.audience}: {reached.planned} planned, {reached.unusable} unusable{end}")
    for row in one.unusable_rows[:_ROWS_SHOWN]:
        terminal.say(f"    {row.audience}:{row.place}: {row.reason}")
    if len(one.unusable_rows) > _ROWS_SHOWN:
        rest = len(one.unusable_rows) - _ROWS_SHOWN
        terminal.say(f"    … and {rest} more; `policy-site notify report {event.seq} --not-reached` lists all.")


def _report(arguments: argparse.Namespace, settings: NotifierSettings, _terminal: Terminal) -> int:
    write = write_report_table if arguments.table else write_report
    with open_ledger(settings.ledger) as ledger:
        if arguments.not_reached:
            write_not_reached(ledger, arguments.event, sys.stdout)
            return 0
        write(ledger, arguments.event, settings.channels, sys.stdout)
    return 0


def _bounces(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        reading = read_bounces(ledger, settings, arguments.maildir)
    if terminal.is_machine:
        terminal.write_json(
            {
                "recorded": reading.recorded,
                "suppressed": reading.suppressed,
                "reports": reading.reports,
                "unread": [str(path) for path in reading.unread],
                "damaged": [{"path": str(one.path), "reason": one.reason} for one in reading.damaged],
            }
        )
    else:
        terminal.say_done(
            f"{reading.reports} delivery reports: {reading.recorded} notices came back,"
            f" {reading.suppressed} addresses are struck off."
        )
        for path in reading.unread:
            terminal.say_aside(f"{path}: This is no report about a notice; a person may read it.")
        for one in reading.damaged:
            terminal.say_aside(f"{one.path}: {one.reason}")
    return _UNUSABLE if reading.damaged else 0


def _release(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        moved = release(ledger, arguments.events or None)
    return _tell_events("released", moved, "The next run tells people.", terminal)


def _rest(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        moved = rest(ledger, arguments.events or None)
    return _tell_events("at rest", moved, "Nobody is told.", terminal)


def _close(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        moved = close(ledger, arguments.events)
    return _tell_events("closed", moved, "Runs under way hear of it within ten seconds; nobody else is told.", terminal)


def _tell_events(what: str, seqs: Sequence[int], consequence: str, terminal: Terminal) -> int:
    if terminal.is_machine:
        terminal.write_json({"events": list(seqs)})
    terminal.say_done(f"{what.capitalize()}: {', '.join(str(seq) for seq in seqs) or 'none'}. {consequence}")
    return 0


def _replay(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    states = [DeliveryState(name) for name in arguments.state] if arguments.state else REPLAYABLE
    with open_ledger(settings.ledger) as ledger:
        moved = replay(
            ledger,
            arguments.event,
            states=states,
            recipients=arguments.recipient,
            is_sent_too=arguments.sent,
            channel=arguments.channel,
        )
    return _tell_replayed(moved, "to be sent again by the next run", terminal)


def _decide(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        moved = decide(ledger, arguments.event, is_sent=arguments.count_as_sent, recipients=arguments.recipient)
    return _tell_replayed(moved, "counted as sent" if arguments.count_as_sent else "to be sent again", terminal)


def _tell_replayed(moved: Replayed, what: str, terminal: Terminal) -> int:
    if terminal.is_machine:
        terminal.write_json({"moved": moved.moved, "suppressed": moved.suppressed})
    terminal.say_done(f"{moved.moved} deliveries are {what}.")
    if moved.suppressed:
        terminal.say_aside(
            f"{moved.suppressed} addresses are struck off and stay so; `policy-site notify lift` takes one back."
        )
    return 0


def _lift(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger, ledger.transaction() as connection:
        is_lifted = lift_suppression(connection, arguments.channel, arguments.address)
    if not is_lifted:
        terminal.say_aside(f"{arguments.address} is not struck off {arguments.channel}.")
        return _UNUSABLE
    terminal.say_done(
        f"{arguments.address} is written to again. What it missed, `policy-site notify replay EVENT"
        f" --sent --recipient {arguments.address}` sends."
    )
    return 0
