"""`points ingest`: files that cannot be taken in."""

import json


def test_a_file_that_cannot_be_read_is_told_with_the_mend_in_both_languages(points, tmp_path):
    result = points("ingest", tmp_path / "none.csv", "--json")
    [said] = json.loads(result.stdout)
    assert (result.exit_code, said["refused"]) == (2, "unreadable")
    assert "请检查路径" in said["zh"]
    assert "check path" in said["en"]
