"""`points audit verify`: exit code and words tell whether, and where, the log was altered."""

import json

import pytest

from points_api.audit import sealing, service
from points_api.audit.models import AuditEntry


@pytest.fixture
def written(in_database):
    """Five sealed entries, and one that waits."""

    async def write():
        for number in range(5):
            await service.append("office:1", "record.repaired", f"record:{number}", {})
        await sealing.seal()
        await service.append("office:1", "record.repaired", "record:5", {})

    in_database(write)


def verify(points, *words):
    result = points("audit", "verify", "--json", *words)
    return result.exit_code, json.loads(result.stdout)


def test_an_untouched_log_is_intact(points, written):
    code, verdict = verify(points)
    assert code == 0
    assert (verdict["intact"], verdict["sealed"], verdict["unsealed"]) == (True, 5, 1)
    assert verdict["faults"] == []
    assert "intact" in points("audit", "verify").stdout


def test_an_empty_log_is_intact(points):
    code, verdict = verify(points)
    assert (code, verdict["intact"], verdict["head"]) == (0, True, None)


def test_an_altered_entry_is_found_and_named(points, in_database, written):
    in_database(lambda: AuditEntry.filter(seq=3).update(actor="office:2"))
    code, verdict = verify(points)
    assert code == 1
    assert [(fault["kind"], fault["seq"]) for fault in verdict["faults"]] == [("altered", 3)]
    shown = points("audit", "verify")
    assert shown.exit_code == 1
    assert "TAMPERED" in shown.stdout
    assert "entry 3" in shown.stdout


def test_an_altered_entry_that_waits_to_be_sealed_is_found_too(points, in_database, written):
    in_database(lambda: AuditEntry.filter(seq=None).update(actor="office:2"))
    code, verdict = verify(points)
    assert (code, verdict["faults"][0]["seq"]) == (1, None)
    assert "not sealed" in points("audit", "verify").stdout


def test_a_checkpoint_kept_outside_shows_that_the_end_was_cut_off(points, in_database, written):
    head = verify(points)[1]["head"]
    mark = f"{head['seq']}:{head['chain']}"
    assert mark in points("audit", "verify").stdout
    assert verify(points, "--checkpoint", mark)[0] == 0
    in_database(lambda: AuditEntry.filter(seq=5).delete())
    assert verify(points)[0] == 0
    assert verify(points, "--checkpoint", mark)[0] == 1


@pytest.mark.parametrize("mark", ["5", "five:abc", "5:abc"])
def test_a_mistaken_checkpoint_is_refused(points, mark):
    assert points("audit", "verify", "--checkpoint", mark).exit_code == 2
