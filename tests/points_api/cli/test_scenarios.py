"""`points scenarios`: check files, take them in, list what stands."""

import json
import shutil

import pytest
from rich.cells import cell_len

from points_api.cli.scenarios import WIDE
from points_api.cli.terminal import out
from scenarios.files import SHIPPED
from tests.points_api.scenarios.registry import LIBRARY, of_categories


def some_files(tmp_path, name="library.toml"):
    for each in (name, "seats.toml"):
        shutil.copy(SHIPPED / each, tmp_path)
    return tmp_path


def test_the_shipped_files_are_sound(points):
    found = json.loads(points("scenarios", "check", "--json").stdout)
    assert found["sound"]
    assert found["scenarios"] >= 220
    assert found["categories"] >= 24


def test_a_mistaken_file_is_told_with_its_place(points, tmp_path):
    folder = some_files(tmp_path)
    path = folder / "library.toml"
    path.write_text(path.read_text("utf-8").replace("title =", "titel =", 1), "utf-8")
    result = points("scenarios", "check", folder, "--json")
    faults = json.loads(result.stdout)["faults"]
    assert result.exit_code == 1
    assert any("titel" in fault["where"] for fault in faults)
    plain = points("scenarios", "check", folder)
    assert (plain.exit_code, plain.stdout) == (1, "")
    assert "titel" in plain.stderr


@pytest.mark.parametrize(("width", "whole"), [(80, False), (WIDE, True)])
def test_each_version_has_a_line_of_its_own_that_fits_the_terminal(
    points, monkeypatch, width, whole
):
    points("scenarios", "import")
    monkeypatch.setattr(out, "_width", width)
    heading, *lines, sum_ = points("scenarios", "list").stdout.splitlines()
    ids = [one["id"] for one in json.loads(points("scenarios", "list", "--json").stdout)]
    assert [line.split()[0] for line in lines] == ids
    assert all(cell_len(line) <= width for line in lines)
    assert ("区划" in heading) == whole
    assert ("--json" in sum_) != whole


def test_what_is_imported_is_listed_and_can_be_narrowed(points, tmp_path):
    folder = some_files(tmp_path)
    assert "先 points scenarios import" in points("scenarios", "list").stdout
    points("scenarios", "import", folder)

    def ids(*words):
        return [
            one["id"] for one in json.loads(points("scenarios", "list", "--json", *words).stdout)
        ]

    library = of_categories("library")
    assert ids() == ids("--state", "published") == ids("--category", "library") == library
    assert ids("--state", "suspended") == []
    assert LIBRARY in ids("-q", "mianyajin") or LIBRARY in ids("-q", "myj")
    assert all(name.startswith("daye") for name in ids("--division", "420281"))
    assert LIBRARY in points("scenarios", "list").stdout
    assert points("scenarios", "list", "--state", "lost").exit_code == 2
