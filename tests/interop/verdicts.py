"""What every verdict has to be that refuses a package of evidence."""

from typing import Any


def assert_refused(verdict: Any, step: str, reason: str) -> None:
    """At this step for this reason, after steps that held, and nothing is taken from it."""
    *before, last = verdict.steps
    assert last.refused is not None
    assert (last.name, last.refused.reason) == (step, reason)
    assert not verdict.holds
    assert verdict.statement is None
    assert all(one.refused is None for one in before)
