"""Whatever managers do, in any order: the staff is as said, and one who can sign in remains."""

import asyncio
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from points_api import clock
from points_api.auth.merchants import StaffRole
from points_api.auth.models import ApiClient
from points_api.db import config
from points_api.merchants import accounts, staff
from points_api.merchants.accounts import Particulars
from points_api.merchants.models import MerchantStaff
from points_api.merchants.problems import LastManager
from points_api.merchants.staff import Acting
from points_api.problem import NotFound
from tests.points_api.merchants.shop import OFFICE, Key, key_text


class Staffing(RuleBasedStateMachine):
    """`there` is what ought to be: of each post its role and its keys in use."""

    posts, keys = Bundle("posts"), Bundle("keys")
    template: Path

    def __init__(self):
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        url = f"sqlite://{shutil.copy(self.template, f'{self.folder.name}/points.db')}"
        self.database = config.open(url)
        self.runner.run(self.database.__aenter__())
        self.there: dict[UUID, tuple[str, set[str]]] = {}
        self.count = 0

    def teardown(self):
        self.runner.run(self.database.__aexit__(None, None, None))
        self.runner.close()
        self.folder.cleanup()

    @initialize(target=keys)
    def open(self):
        given = Particulars("某书店", "A bookshop", None, "420202")
        account = self.runner.run(accounts.create(OFFICE, given, True, clock.now()))
        self.acting = Acting.manager(account.id, "merchant:test")
        member, key = self.runner.run(
            staff.add_manager(self.acting, "manager", key_text(Key()), clock.now())
        )
        self.there[member.id] = ("manager", {key.id})
        return member.id, key.id

    @rule(target=posts, role=st.sampled_from(get_args(StaffRole)))
    def add(self, role):
        self.count += 1
        made = self.runner.run(staff.add(self.acting, f"post-{self.count}", role, clock.now()))
        self.there[made.id] = (role, set())
        return made.id

    @rule(target=keys, post=posts)
    def add_key(self, post):
        adding = staff.add_key(self.acting, post, key_text(Key()), clock.now())
        if post not in self.there:
            with pytest.raises(NotFound):
                self.runner.run(adding)
            return multiple()
        if len(self.there[post][1]) == staff.MOST_KEYS:
            adding.close()
            return multiple()
        key = self.runner.run(adding)
        self.there[post][1].add(key.id)
        return post, key.id

    @rule(post=consumes(posts))
    def end(self, post):
        self.try_to(staff.end(self.acting, post, clock.now()), post, {post: None})

    @rule(key=keys)
    def end_whose(self, key):
        self.try_to(staff.end(self.acting, key[0], clock.now()), key[0], {key[0]: None})

    @rule(key=keys)
    def revoke(self, key):
        post, client = key
        revoking = staff.revoke_key(self.acting, post, client, clock.now())
        role, keys = self.there.get(post, ("", set()))
        self.try_to(revoking, client if client in keys else None, {post: (role, keys - {client})})

    def try_to(self, work, known, change):
        after = {k: v for k, v in (self.there | change).items() if v is not None}
        if known is None or (known not in self.there and not any(
            known in keys for _, keys in self.there.values()
        )):  # fmt: skip
            with pytest.raises(NotFound):
                self.runner.run(work)
        elif not any(role == "manager" and keys for role, keys in after.values()):
            with pytest.raises(LastManager):
                self.runner.run(work)
        else:
            self.runner.run(work)
            self.there = after

    @invariant()
    def staff_and_keys_are_as_said(self):
        async def stored():
            keys = await ApiClient.filter(revoked_at=None)
            return {
                row.id: (row.role, {key.id for key in keys if key.staff_id == row.id})
                for row in await MerchantStaff.filter(left_at=None)
            }

        assert self.runner.run(stored()) == self.there


def test_staff_and_keys_follow_the_model(sqlite_template):
    machine = type("Machine", (Staffing,), {"template": sqlite_template})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=15, stateful_step_count=15, deadline=None)
    )
