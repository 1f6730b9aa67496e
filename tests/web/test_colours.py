"""The colours of the site: words at 7:1 on every ground that they stand on, edges of controls at 3:1, light and dark.

The sheet itself is read: WCAG 2.2 defines the ratio (relative luminance), 1.4.6 asks 7:1 of words, 1.4.11 asks 3:1 of
the edges of controls.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from policy_site.static_files import read_static_files

INKS_AND_GROUNDS = {
    "ink": ("paper", "raised", "calm", "good", "warn", "stop", "ins", "del"),
    "muted": ("paper", "raised", "calm", "good", "warn", "stop"),
    "link": ("paper", "raised", "calm", "good", "warn", "stop", "ins"),
    "link-visited": ("paper", "raised", "calm", "good", "warn", "stop", "ins"),
    "del-ink": ("paper", "del"),
    "ins-ink": ("paper", "ins"),
    "calm-edge": ("calm",),
    "good-edge": ("good",),
    "warn-edge": ("warn", "paper"),
    "stop-edge": ("stop",),
}
"""Where words of a colour stand; links in deletions have the colour of what is deleted."""


def _sheet() -> str:
    return next(content for name, content in read_static_files().items() if name.endswith(".css")).decode()


def _modes() -> Mapping[str, Mapping[str, str]]:
    light, dark = re.findall(r":root \{(.*?)\}", _sheet(), re.DOTALL)[:2]
    colours = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in (light, dark)]
    return {"light": colours[0], "dark": {**colours[0], **colours[1]}}


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _ratio(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_ratio_is_that_of_the_standard() -> None:
    assert _ratio("#000000", "#ffffff") == pytest.approx(21)
    assert _ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_words_stand_out_from_each_ground_they_stand_on(mode: str) -> None:
    colours = _modes()[mode]
    weak = {
        f"{ink} on {ground}": round(_ratio(colours[ink], colours[ground]), 2)
        for ink, grounds in INKS_AND_GROUNDS.items()
        for ground in grounds
        if _ratio(colours[ink], colours[ground]) < 7
    }
    assert weak == {}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_edges_of_controls_and_of_the_focus_are_seen(mode: str) -> None:
    colours = _modes()[mode]
    for edge in ("control", "focus"):
        assert min(_ratio(colours[edge], colours[ground]) for ground in ("paper", "raised")) >= 3, edge


def test_inserted_words_do_not_have_the_colour_of_links() -> None:
    rule = re.search(r"^ins \{(.*?)\}", _sheet(), re.MULTILINE)
    assert rule is not None
    assert "color: var(--ink);" in rule[1]
