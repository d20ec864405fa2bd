"""`points entitlements export`: the list of a day as files."""

import json
from datetime import timedelta
from hashlib import sha256

from points_api import clock
from points_api.ids import new_id
from tests.points_api.db import rows

MERCHANT, OTHER = new_id(), new_id()


def told(in_database, merchant, number, **given):
    async def write():
        at = clock.now() - timedelta(days=2)
        await rows.entitlement_change(merchant_id=merchant, number=number, at=at, **given)

    in_database(write)


def test_each_merchant_gets_its_list_and_a_manifest_with_the_digest(points, in_database, tmp_path):
    told(in_database, MERCHANT, 1, subject="p1", member_hash="a" * 64)
    told(in_database, MERCHANT, 2, subject="p2")
    told(in_database, MERCHANT, 3, subject="p2", kind="revoked")
    told(in_database, OTHER, 1)
    day = clock.today() - timedelta(days=1)
    result = points("entitlements", "export", "--out", tmp_path / "out", "--day", day.isoformat())
    assert result.exit_code == 0, result.stderr
    assert len(list((tmp_path / "out").iterdir())) == 4
    name = f"entitlements-{MERCHANT}-{day.isoformat()}"
    content = (tmp_path / "out" / f"{name}.csv").read_bytes()
    since = clock.day_of(clock.now() - timedelta(days=2)).isoformat()
    assert content.decode().split("\r\n") == [
        "scenario_id,subject,member_hash,since", f"s1,p1,{'a' * 64},{since}", ""
    ]  # fmt: skip
    manifest = json.loads((tmp_path / "out" / f"{name}.manifest.json").read_text())
    assert manifest["digest"] == f"sha256:{sha256(content).hexdigest()}"
    assert (manifest["rows"], manifest["last_change"]) == (1, 3)
    assert manifest["digest"] in result.stdout


def test_a_day_that_is_not_over_and_a_merchant_without_a_list_are_refused(
    points, in_database, tmp_path
):
    today = clock.today().isoformat()
    result = points("entitlements", "export", "--out", tmp_path / "out", "--day", today)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("--day: ")
    result = points("entitlements", "export", "--out", tmp_path / "out", "--merchant", new_id())
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("--merchant: ")
    assert not (tmp_path / "out").exists()
    assert points("entitlements", "export", "--out", tmp_path / "out").exit_code == 0
