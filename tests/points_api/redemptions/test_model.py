"""Whatever is done in whatever order, the counters are those of a model in plain Python.

`POINTS_HISTORIES=500` tries five hundred histories; usually a few are enough.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from points_api import clock
from points_api.db import config
from points_api.problem import Problem
from points_api.redemptions.models import LedgerEntry, Redemption
from points_api.redemptions.moving import REVERSIBLE
from points_api.redemptions.service import HELD
from scenarios.benefits import DepositWaive
from scenarios.scenario import Quota
from tests.points_api.redemptions import shop as shops

HISTORIES = int(os.environ.get("POINTS_HISTORIES", "12"))
STEPS = 25
CAP, PERSONS, DAYS, TOTAL, BUDGET = 500, 3, 5, 9, 2000
LIMITS = Quota(per_person=PERSONS, period="day", per_day=DAYS, total=TOTAL, budget_fen=BUDGET)
_number = count(1)


@dataclass
class Use:
    """A redemption as the model has it."""

    person: int
    state: str
    fen: int
    at: datetime
    returned: int = 0

    def lapsed(self, now):
        return self.state == "reserved" and now >= self.at + HELD


class Histories(RuleBasedStateMachine):
    made = Bundle("made")

    time: ClassVar[Any]  # the clock, which stands still
    run: ClassVar[Any]  # runs a coroutine to its end

    def __init__(self):
        super().__init__()
        self.time.set(datetime(2026, 6, 1, 1, tzinfo=self.time.at.tzinfo))
        name = f"s{next(_number)}"
        benefit = DepositWaive(CAP)
        self.shop = self.run(shops.open_shop(id=name, benefit=benefit, quota=LIMITS))
        self.uses = {}

    @rule(target=made, person=st.integers(1, 3), fen=st.integers(0, 600), held=st.booleans())
    def redeem(self, person, fen, held):
        use = Use(person, "reserved" if held else "confirmed", min(fen, CAP), self.time.at)
        if not self.fits(use):  # only then room is looked for
            self.expire_all()
        expected = self.fits(use)
        answer = self.run(_tried(self.shop.redeem(fen, n=person, reserve=held)))
        assert (answer is not None) == expected
        if answer is None:
            return multiple()
        self.uses[shops.id_of(answer)] = use
        return shops.id_of(answer)

    @rule(one=made, fen=st.none() | st.integers(0, 600))
    def confirm(self, one, fen):
        use = self.touched(one)
        less = fen is None or fen <= use.fen
        if self.moves(self.shop.confirm(one, fen), use.state == "reserved" and less):
            use.state, use.fen = "confirmed", use.fen if fen is None else fen

    @rule(one=made)
    def cancel(self, one):
        use = self.touched(one)
        if self.moves(self.shop.cancel(one), use.state == "reserved"):
            use.state = "canceled"

    @rule(one=made)
    def reverse(self, one):
        use = self.touched(one)
        soon = clock.day_of(self.time.at) <= clock.day_of(use.at + REVERSIBLE)
        if self.moves(self.shop.reverse(one), use.state == "confirmed" and soon):
            use.state = "reversed"

    @rule(one=made, fen=st.integers(1, 500))
    def give_back(self, one, fen):
        use = self.touched(one)
        possible = use.state == "confirmed" and fen <= use.fen - use.returned
        if self.moves(self.shop.give_back(one, fen), possible):
            use.returned += fen

    @rule(minutes=st.sampled_from((1, 14, 15, 600, 60 * 24 * 20)))
    def wait(self, minutes):
        self.time.forward(timedelta(minutes=minutes))

    @rule(one=consumes(made))
    def forget(self, one):
        """Let later rules meet others."""

    @rule()
    def job(self):
        self.run(self.shop.expire())
        self.expire_all()

    def moves(self, work, expected):
        done = self.run(_tried(work)) is not None
        assert done == expected
        return done

    def touched(self, one):
        use = self.uses[one]
        if use.lapsed(self.time.at):
            use.state = "expired"
        return use

    def expire_all(self):
        for use in self.uses.values():
            if use.lapsed(self.time.at):
                use.state = "expired"

    def fits(self, new):
        today = clock.day_of(self.time.at)
        mine = [u for u in self.held(new.person) if clock.day_of(u.at) == today]
        all_today = [u for u in self.held() if clock.day_of(u.at) == today]
        return (
            len(mine) < PERSONS
            and sum(u.fen - u.returned for u in self.held(new.person)) + new.fen <= CAP
            and len(all_today) < DAYS
            and len(self.held()) < TOTAL
            and sum(u.fen for u in self.held()) + new.fen <= BUDGET
        )

    def held(self, person=None):
        states = ("reserved", "confirmed")
        return [
            u for u in self.uses.values()
            if u.state in states and person in (None, u.person)
        ]  # fmt: skip

    @invariant()
    def counters_states_and_ledger_are_those_of_the_model(self):
        held = self.held()
        sums = {
            "person": len(held), "out": sum(u.fen - u.returned for u in held),
            "day": len(held), "total": len(held), "budget": sum(u.fen for u in held),
        }  # fmt: skip
        used = self.run(self.shop.used())
        assert {name: used.get(name, 0) for name in sums} == sums
        rows = self.run(_rows(self.shop))
        assert {row.id: row.state for row in rows} == {i: u.state for i, u in self.uses.items()}
        given = sum(u.fen - u.returned for u in held if u.state == "confirmed")
        assert self.run(_ledger(self.shop)) == given


async def _tried(work):
    try:
        return await work
    except Problem:
        return None


async def _rows(shop):
    return await Redemption.filter(scenario_id=shop.scenario.id)


async def _ledger(shop):
    entries = await LedgerEntry.filter(scenario_id=shop.scenario.id)
    return sum(one.benefit_fen for one in entries)


def test_counters_and_ledger_follow_the_model(database_url, frozen_clock):
    with asyncio.Runner() as runner:
        opened = config.open(database_url)
        runner.run(opened.__aenter__())
        try:
            Histories.time, Histories.run = frozen_clock, staticmethod(runner.run)
            run_state_machine_as_test(
                Histories,
                settings=settings(max_examples=HISTORIES, stateful_step_count=STEPS, deadline=None),
            )
        finally:
            runner.run(opened.__aexit__(None, None, None))
