"""Whatever happens in whatever order: none stands unless told and the term to reply is over."""

import asyncio
import os
from datetime import datetime, timedelta
from itertools import count
from typing import Any, ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from points_api import clock
from points_api.conduct import service
from points_api.conduct.models import ConductReport
from points_api.crypto.keyring import Keyring
from points_api.db import config
from points_api.problem import Problem
from points_api.settings import load
from tests.points_api.conduct.lending import lent, overdue, returned

HISTORIES = int(os.environ.get("POINTS_HISTORIES", "10"))
OPEN = ("reported", "told", "replied", "standing")
KEYRING = Keyring.from_settings(load())
_number = count(1)


class Histories(RuleBasedStateMachine):
    time: ClassVar[Any]  # the clock, which stands still
    run: ClassVar[Any]  # runs a coroutine to its end

    def __init__(self):
        super().__init__()
        self.time.set(datetime(2026, 6, 1, 1, tzinfo=self.time.at.tzinfo))
        self.due = self.time.at + timedelta(days=10)
        self.shop, self.made = self.run(lent(scenario=f"c{next(_number)}"))
        self.state, self.out, self.until, self.report = None, True, None, None

    @rule()
    def report_it(self):
        late = clock.day_of(self.time.at) > clock.day_of(self.due)
        free = self.state in (None, "settled") and self.out and late
        report = self.run(_tried(overdue(self.shop, self.made)))
        assert (report is not None) == free
        if report:
            self.state, self.report, self.until = "reported", report, None

    @rule()
    def tell(self):
        told = self.report is not None and self.run(service.tell(self.report))
        assert told == (self.state == "reported")
        if told:
            self.state, self.until = "told", service.reply_term(self.time.at)

    @rule()
    def reply(self):
        if self.report is None:
            return
        resident = self.shop.residents[1]
        expected = self.state == "told" and self.time.at < self.until
        done = self.run(_tried(service.reply(KEYRING, resident, self.report, "已还"), True))
        assert bool(done) == expected
        if done:
            self.state = "replied"

    @rule()
    def job(self):
        self.run(service.stand(self.time.at))
        if self.state in ("told", "replied") and self.until <= self.time.at:
            self.state = "standing"

    @rule()
    def give_back(self):
        done = self.run(_tried(returned(self.shop, self.made), True))
        assert bool(done) == self.out
        self.out = False
        if self.state in OPEN:
            self.state = "settled"

    @rule()
    def dismiss(self):
        if self.report is None:
            return
        done = self.run(_tried(service.dismiss(self.report, "officer:1", "other"), True))
        assert bool(done) == (self.state in OPEN)
        if done:
            self.state = "dismissed"

    @rule(days=st.sampled_from((1, 3, 11)))
    def wait(self, days):
        self.time.forward(timedelta(days=days))

    @invariant()
    def it_is_as_the_model_has_it_and_stands_only_after_notice_and_term(self):
        if self.report is None:
            return
        row = self.run(_row(self.report))
        assert row.state == self.state
        if row.state == "standing":
            assert row.told_at is not None
            assert row.reply_until <= self.time.at


async def _tried(work, instead=None):
    try:
        return await work or instead
    except Problem:
        return None


async def _row(report):
    return await ConductReport.get(id=report)


def test_reports_follow_the_model(database_url, frozen_clock):
    with asyncio.Runner() as runner:
        opened = config.open(database_url)
        runner.run(opened.__aenter__())
        try:
            Histories.time, Histories.run = frozen_clock, staticmethod(runner.run)
            run_state_machine_as_test(
                Histories,
                settings=settings(max_examples=HISTORIES, stateful_step_count=25, deadline=None),
            )
        finally:
            runner.run(opened.__aexit__(None, None, None))
