"""The chain shows what was altered, deleted, inserted or put in another order behind our back."""

import asyncio
from dataclasses import replace

import pytest

from points_api.audit.models import AuditEntry
from points_api.audit.sealing import Checkpoint, head, seal, verify
from points_api.audit.service import append, digest_of, entry
from points_api.db.transaction import connection, transactional
from points_api.db.writes import write_all


async def _chain(length: int = 6, unsealed: int = 0) -> None:
    await write_all([entry("system", "act", f"thing:{n}", {"n": n}) for n in range(length)])
    await seal()
    for n in range(unsealed):
        await append("system", "act", f"late:{n}", {})


async def _tamper(sql: str) -> None:
    await connection().execute_script(sql)


async def _faults(checkpoint: Checkpoint | None = None) -> list[tuple[str, int | None]]:
    return [(fault.kind, fault.seq) for fault in (await verify(checkpoint)).faults]


async def test_entries_are_sealed_in_the_order_of_their_making(database):
    await _chain(5, unsealed=2)
    sealed = await AuditEntry.filter(seq__not_isnull=True).order_by("seq")
    assert [row.subject for row in sealed] == [f"thing:{n}" for n in range(5)]
    assert [row.seq for row in sealed] == [1, 2, 3, 4, 5]
    verdict = await verify()
    assert (verdict.intact, verdict.sealed, verdict.unsealed) == (True, 5, 2)
    assert verdict.head == await head() == Checkpoint(5, sealed[-1].chain or "")


async def test_an_empty_chain_is_intact(database):
    verdict = await verify()
    assert (verdict.intact, verdict.sealed, verdict.head, await head()) == (True, 0, None, None)
    assert await seal() == 0


async def test_sealing_goes_on_where_it_ended_in_parts_of_any_size(database):
    await _chain(7, unsealed=7)
    assert [await seal(3) for _ in range(4)] == [3, 3, 1, 0]
    assert (await verify()).intact
    assert (await verify()).sealed == 14


async def test_sealers_at_the_same_time_make_one_chain(database):
    await write_all([entry("system", "act", f"thing:{n}", {}) for n in range(60)])
    sealed = await asyncio.gather(*(seal(7) for _ in range(12)))
    assert sum(sealed) == 60
    assert (await verify()).intact


async def test_an_entry_that_commits_late_is_sealed_later(postgres):
    begun, go_on = asyncio.Event(), asyncio.Event()

    @transactional
    async def slow():
        await append("system", "slow", "x", {})
        begun.set()
        await go_on.wait()

    task = asyncio.get_running_loop().create_task(slow())
    await begun.wait()
    await append("system", "fast", "x", {})
    assert await seal() == 1
    go_on.set()
    await task
    assert await seal() == 1
    sealed = await AuditEntry.all().order_by("seq")
    assert [row.action for row in sealed] == ["fast", "slow"]
    assert (await verify()).intact


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'officer:9'",
        "action = 'nothing'",
        "subject = 'thing:x'",
        """details = '{"n": 4}'""",
        "at = '2020-01-01 00:00:00+00:00'",
        f"digest = '{'0' * 64}'",
        "digest = 'not hexadecimal'",
    ],
)
async def test_an_altered_entry_is_found(change, database):
    await _chain()
    await _tamper(f"UPDATE audit_entry SET {change} WHERE seq = 3")
    assert ("altered", 3) in await _faults()


async def test_an_entry_altered_together_with_its_digest_is_found(database):
    await _chain()
    forged = await AuditEntry.get(seq=3)
    digest = digest_of(
        forged.id, forged.at, "officer:9", forged.action, forged.subject, forged.details
    )
    await _tamper(f"UPDATE audit_entry SET actor = 'officer:9', digest = '{digest}' WHERE seq = 3")
    assert await _faults() == [("moved", 3)]


async def test_an_altered_link_is_found_where_it_is(database):
    await _chain()
    await _tamper(f"UPDATE audit_entry SET chain = '{'a' * 64}' WHERE seq = 3")
    assert await _faults() == [("moved", 3), ("moved", 4)]


@pytest.mark.parametrize("seq", [1, 3, 5])
async def test_a_deleted_entry_is_found(seq, database):
    await _chain()
    await _tamper(f"DELETE FROM audit_entry WHERE seq = {seq}")
    assert await _faults() == [("missing", seq)]


async def test_a_gap_that_was_closed_is_found(database):
    await _chain()
    await _tamper("DELETE FROM audit_entry WHERE seq = 3")
    for seq in (4, 5, 6):
        await _tamper(f"UPDATE audit_entry SET seq = {seq - 1} WHERE seq = {seq}")
    assert await _faults() == [("moved", 3)]


async def test_two_entries_that_changed_places_are_found(database):
    await _chain()
    for old, new in ((3, 30), (4, 3), (30, 4)):
        await _tamper(f"UPDATE audit_entry SET seq = {new} WHERE seq = {old}")
    assert await _faults() == [("moved", 3), ("moved", 4), ("moved", 5)]


async def test_an_entry_slipped_in_is_found(database):
    await _chain()
    await append("system", "act", "thing:new", {})
    chain = "0" * 64
    await _tamper(f"UPDATE audit_entry SET seq = 7, chain = '{chain}' WHERE subject = 'thing:new'")
    assert await _faults() == [("moved", 7)]


async def test_an_entry_altered_before_it_was_sealed_is_found(database):
    await _chain(2, unsealed=2)
    await _tamper("UPDATE audit_entry SET actor = 'x' WHERE subject = 'late:1'")
    assert await _faults() == [("altered", None)]
    await seal()
    assert await _faults() == [("altered", 4)]


async def test_a_cut_end_is_found_by_who_kept_a_checkpoint(database):
    await _chain()
    kept = await head()
    await _tamper("DELETE FROM audit_entry WHERE seq >= 5")
    assert await _faults() == []
    assert await _faults(kept) == [("missing", 5)]
    await _tamper("DELETE FROM audit_entry")
    assert await _faults(kept) == [("missing", 1)]


async def test_a_chain_forged_anew_is_found_by_who_kept_a_checkpoint(database):
    await _chain()
    kept = await head()
    assert kept is not None
    assert await _faults(replace(kept, seq=6)) == []
    await _tamper("DELETE FROM audit_entry WHERE seq = 2")
    await _tamper("UPDATE audit_entry SET seq = NULL, chain = NULL")
    await append("system", "act", "thing:extra", {})
    await seal()
    assert await _faults() == []
    assert await _faults(kept) == [("rewritten", 6)]


async def test_a_long_chain_is_walked_to_its_end_and_a_hundred_faults_are_enough(database):
    await write_all([entry("system", "act", f"thing:{n}", {}) for n in range(2_100)])
    assert await seal(3_000) == 2_100
    assert (await verify()).sealed == 2_100
    await _tamper("UPDATE audit_entry SET actor = 'x' WHERE seq >= 1000")
    faults = (await verify()).faults
    assert [fault.seq for fault in faults] == list(range(1000, 1100))
