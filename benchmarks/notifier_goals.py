"""What is asked of the notifier, beside what one run measured: what was missed, and whether the run fails by it.

Ratios, sizes and memory always count. A time or a speed is that of one machine at one moment: it is told, and counts
with `--strict` only, as does a goal that the run was too small to try.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Goal:
    """A bound, and what was measured."""

    name: str
    kind: Literal["at least", "at most"]
    bound: float
    measured: float | None
    """None: this run did not try it."""
    digits: int = 0
    """How many are told after the point."""
    is_absolute: bool = False
    """A time or a speed, which depends on the machine and on what else it does."""

    @property
    def is_met(self) -> bool:
        """Say whether it was tried and reached."""
        if self.measured is None:
            return False
        return self.measured >= self.bound if self.kind == "at least" else self.measured <= self.bound

    @property
    def asked(self) -> str:
        """Return the bound in words."""
        return f"{self.kind} {self.bound:,.{self.digits}f}"

    @property
    def found(self) -> str:
        """Return what was measured in words."""
        return "not tried" if self.measured is None else f"{self.measured:,.{self.digits}f}"

    def counts(self, *, is_strict: bool) -> bool:
        """Say whether missing it fails the run."""
        return is_strict or not (self.is_absolute or self.measured is None)


def missed(goals: Sequence[Goal], *, is_strict: bool) -> list[str]:
    """Return a sentence for each goal that counts and was not met."""
    return [
        f"{goal.name}: {goal.found}, {goal.asked} is asked."
        for goal in goals
        if goal.counts(is_strict=is_strict) and not goal.is_met
    ]


def judge(goals: Sequence[Goal], *, is_strict: bool) -> int:
    """Print each goal and what was missed; return the exit status, 1 where something that counts was missed."""
    width = max(len(goal.name) for goal in goals)
    print(f"\n{'goal':{width}}  {'asked':>15} {'measured':>10}")
    for goal in goals:
        verdict = "" if goal.measured is None else "met" if goal.is_met else "missed"
        if verdict == "missed" and not goal.counts(is_strict=is_strict):
            verdict = "missed (counts with --strict)"
        print(f"{goal.name:{width}}  {goal.asked:>15} {goal.found:>10}  {verdict}".rstrip())
    faults = missed(goals, is_strict=is_strict)
    for fault in faults:
        print(f"MISSED: {fault}")
    return 1 if faults else 0
