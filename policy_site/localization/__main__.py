"""The catalogues from the command line: ``python -m policy_site.localization update``, ``check`` or ``begin TAG``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from policy_site.localization.catalogues import begin_catalogue, find_catalogue_faults, update_catalogues


def main() -> int:
    """Run one of the three; 1 where a catalogue has faults."""
    parser = argparse.ArgumentParser(prog="python -m policy_site.localization", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("update", help="bring every catalogue up to the phrases of the checkout in this folder")
    actions.add_parser("check", help="say what is missing, left over or inconsistent")
    begin = actions.add_parser("begin", help="print a catalogue with every phrase, none translated yet")
    begin.add_argument("tag", help="BCP 47: nl, pt-BR, zh-Hant")
    arguments = parser.parse_args()
    if arguments.action == "begin":
        try:
            sys.stdout.buffer.write(begin_catalogue(arguments.tag))
        except ValueError as error:
            parser.error(str(error))
        return 0
    if arguments.action == "update":
        update_catalogues(Path())
        return 0
    faults = find_catalogue_faults(Path())
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
