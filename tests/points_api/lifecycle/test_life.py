"""Any sequence of drafts and moves by anybody does what the pure rules say, and nothing else."""

import asyncio
import contextvars
import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from points_api import clock
from points_api.auth.merchants import CallingMerchant
from points_api.auth.officers import CallingOfficer
from points_api.db import config
from points_api.ids import new_id
from points_api.lifecycle import problems, service
from points_api.lifecycle.service import Which
from points_api.lifecycle.versions import version_of
from points_api.merchants.models import MerchantScenario
from points_api.problem import Forbidden, NotFound, Problem
from points_api.scenarios.models import ScenarioMove, ScenarioVersion
from scenarios.lifecycle import STEPS, MoveRefused, moved
from tests.points_api.db import rows
from tests.points_api.scenarios.registry import LIBRARY, document, live

OFFICERS = [CallingOfficer(new_id(), new_id(), frozenset({"scenario"}), None) for _ in range(3)]


@dataclass
class Model:
    """A version as the rules see it."""

    state: str
    author: object
    submitter: object = None


class Life(RuleBasedStateMachine):
    template: Path

    @initialize()
    def open(self):
        self.runner = asyncio.Runner()
        self.context = contextvars.copy_context()
        self.stack, self.folder = AsyncExitStack(), TemporaryDirectory()
        self.versions, self.stopper, self.live, self.moves = [], None, live(), 0
        self.do(self._open())

    async def _open(self):
        url = shutil.copy(self.template, Path(self.folder.name) / "points.db")
        await self.stack.enter_async_context(config.open(f"sqlite://{url}"))
        shop = await rows.merchant()
        self.callers = [*OFFICERS, CallingMerchant("c", shop.id, new_id(), "manager", False)]
        await MerchantScenario.create(
            merchant_id=shop.id, scenario_id=LIBRARY, since=clock.now()
        )  # fmt: skip

    def do(self, work):
        return self.runner.run(work, context=self.context)

    def teardown(self):
        self.do(self.stack.aclose())
        self.runner.close()
        self.folder.cleanup()

    @rule(who=st.integers(0, 3))
    def draft(self, who):
        said = document(note=f"第 {len(self.versions) + 1} 版")
        caller = self.callers[who]
        got = self.do(self._tried(service.draft(caller, said, clock.now())))
        if any(one.state in ("draft", "review") for one in self.versions):
            assert got is problems.DraftOpen
        else:
            assert got is None
            self.versions.append(Model("draft", caller))

    @rule(who=st.integers(0, 3), number=st.integers(-2, -1), move=st.sampled_from(list(STEPS)))
    def move(self, who, number, move):
        if len(self.versions) < -number:
            return
        one, caller = self.versions[number], self.callers[who]
        wanted = self._expected(one, caller, move)
        assert self.do(self._move(caller, len(self.versions) + 1 + number, move)) is wanted
        if wanted is None:
            self._apply(one, caller, move)

    async def _move(self, caller, version, move):
        row = await ScenarioVersion.get(scenario_id=LIBRARY, version=version)
        which, etag = Which(scenario_id=LIBRARY, version=version), version_of(row).etag
        return await self._tried(service.make(caller, which, move, "核对", etag, self.live))

    async def _tried(self, work):
        try:
            await work
        except Problem as refusal:
            return type(refusal)
        return None

    def _expected(self, one, caller, move):
        by_merchant = isinstance(caller, CallingMerchant)
        if by_merchant and caller is not one.author:
            return NotFound
        try:
            moved(one.state, move)
        except MoveRefused:
            return problems.MoveNotAllowed
        by = STEPS[move].by
        if by == "author":
            return None if caller is one.author else problems.AuthorOnly
        if by_merchant:
            return Forbidden
        if by == "officer":
            return None
        barred = [self.stopper] if move == "resume" else [one.author, one.submitter]
        if move == "publish" and any(other.state == "suspended" for other in self.versions):
            barred.append(self.stopper)
        return problems.SecondOfficerNeeded if caller in barred else None

    def _apply(self, one, caller, move):
        self.moves += 1
        if move == "publish":
            for other in self.versions:
                if other.state in ("published", "suspended"):
                    other.state, self.moves = "retired", self.moves + 1
        one.state = moved(one.state, move)
        one.submitter = caller if move == "submit" else one.submitter
        self.stopper = caller if move == "suspend" else self.stopper

    @invariant()
    def the_database_and_every_process_agree_with_the_rules(self):
        stored, open_one, moves = self.do(self._seen())
        assert stored == [one.state for one in self.versions]
        published = [n for n, one in enumerate(self.versions, 1) if one.state == "published"]
        assert ([open_one.version] if open_one else []) == published
        assert moves == self.moves

    async def _seen(self):
        elsewhere = live()
        await elsewhere.refresh()
        found = await ScenarioVersion.filter(scenario_id=LIBRARY).order_by("version")
        in_life = [row.state for row in found if row.live_since is not None]
        assert len(in_life) <= 1
        assert set(in_life) <= {"published", "suspended"}
        moves = await ScenarioMove.all().count()
        return [row.state for row in found], elsewhere.current.open(LIBRARY), moves


def test_any_sequence_of_moves_is_as_the_rules_say(sqlite_template, frozen_clock):
    Life.template = sqlite_template
    few = settings(
        max_examples=15,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=few)
