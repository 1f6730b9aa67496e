"""The steps of ``policy-site notify`` about single people: what is known of one, erasing one, who must agree again."""

from __future__ import annotations

import argparse
import json
import sys

from policy_site.console.steps import Add
from policy_site.console.terminal import Terminal
from policy_site.notifier.consent import consent_query, consent_rule, write_who_must_agree
from policy_site.notifier.erasing import erase_person, trace_person
from policy_site.notifier.ledger import open_ledger
from policy_site.notifier.planning import follows
from policy_site.notifier.settings import NotifierSettings

_UNUSABLE = 1


def add_people(add: Add) -> None:
    """Declare the steps about single people."""
    add("erase", "forget an address; digests of it stay as evidence", _erase).add_argument("address", metavar="ADDRESS")
    add("trace", "everything that is known of an address, erased or not", _trace).add_argument(
        "address", metavar="ADDRESS"
    )
    asking = add("agree-again", "who must agree again to a policy, as CSV; nobody is written to", _agree_again)
    asking.add_argument("policy", metavar="POLICY", help="its id, such as privacy")
    asking.add_argument("--sql", action="store_true", help="print a query for your own database instead")


def _erase(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        erased = erase_person(ledger, settings, arguments.address)
    if terminal.is_machine:
        terminal.write_json({"erased": erased})
    terminal.say_done(
        f"{erased} notices no longer name {arguments.address}; `policy-site notify trace` finds them by the address"
        " alone. Erase it from your lists too, or the next event is sent to it."
    )
    return 0 if erased else _UNUSABLE


def _trace(arguments: argparse.Namespace, settings: NotifierSettings, _terminal: Terminal) -> int:
    found = 0
    with open_ledger(settings.ledger) as ledger:
        for line in trace_person(ledger, settings, arguments.address):
            sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            found += 1
    return 0 if found else _UNUSABLE


def _agree_again(arguments: argparse.Namespace, settings: NotifierSettings, terminal: Terminal) -> int:
    with open_ledger(settings.ledger) as ledger:
        rule = consent_rule(ledger, arguments.policy)
        if arguments.sql:
            lists = [one for one in settings.audiences if one.sql and follows(one, arguments.policy)]
            for query in [consent_query(rule, one) for one in lists] or [consent_query(rule, None)]:
                sys.stdout.write(query)
            return 0
        number = write_who_must_agree(settings, rule, sys.stdout)
    if not terminal.is_quiet:
        since = f"Version {rule.version} asks for consent" if rule.seq else "No version in force asks for consent"
        terminal.say_aside(f"{since}; {number} people have not agreed to it or to a later one.")
    return 0
