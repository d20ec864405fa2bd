import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from points_api.generate import FileEntry, Summary, generate
from points_api.generate.files import digest_of
from points_api.generate.people import capacity

RUN = """
import sys
from pathlib import Path
from points_api.generate import generate
generate(Path(sys.argv[1]), 120, seed=11, format=sys.argv[2], spoil=float(sys.argv[3]))
"""


def _digests(folder: Path) -> dict[str, str]:
    return {path.name: digest_of(path) for path in folder.iterdir()}


@pytest.mark.parametrize(("form", "spoil"), [("csv", 0.05), ("xlsx", 0.0), ("parquet", 0.0)])
def test_the_same_order_gives_the_same_bytes_in_any_process(
    tmp_path: Path, form: str, spoil: float
) -> None:
    for n, (hash_seed, zone) in enumerate([("0", "UTC"), ("12345", "America/Los_Angeles")]):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
        subprocess.run(
            [sys.executable, "-c", RUN, str(tmp_path / str(n)), form, str(spoil)],
            check=True,
            env=environment,
            cwd=Path(__file__).parents[3],
        )
    first, second = _digests(tmp_path / "0"), _digests(tmp_path / "1")
    assert first == second
    assert len(first) > 1


def test_another_seed_gives_another_city(tmp_path: Path) -> None:
    cities = [generate(tmp_path / str(seed), 50, seed=seed) for seed in (1, 2)]
    first, second = ({entry.digest for entry in city.files} for city in cities)
    assert not first & second


@pytest.mark.parametrize(("people", "records"), [(1, 0), (1, 1), (40, 3), (300, 1234), (7, 5000)])
def test_there_are_exactly_as_many_records_as_ordered(
    tmp_path: Path, people: int, records: int
) -> None:
    assert generate(tmp_path, people, records).records == records


def test_records_add_up_over_blocks_of_people(tmp_path: Path) -> None:
    summary = generate(tmp_path, 110_001, 110_010, format="parquet")
    assert (summary.records, len(summary.files)) == (110_010, 3)


def test_twenty_records_a_person_unless_told_otherwise(tmp_path: Path) -> None:
    assert generate(tmp_path, 100).records == 2000


def test_the_manifest_says_what_is_there(clean: Summary) -> None:
    manifest = json.loads((clean.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["seed"] == 7
    assert manifest["people"] == clean.people
    assert manifest["records"] == sum(file["records"] for file in manifest["files"])
    assert manifest["rows"] == sum(file["rows"] for file in manifest["files"])
    assert manifest["spoiled"] == sum(file["spoiled"] for file in manifest["files"])
    on_disk = _digests(clean.folder)
    assert {file["file"]: file["digest"] for file in manifest["files"]} == {
        name: digest
        for name, digest in on_disk.items()
        if name not in ("manifest.json", "spoiled.csv")
    }


def test_files_sorted_by_name_stand_in_the_order_to_take_them_in(clean: Summary) -> None:
    names = [entry.file for entry in clean.files]
    assert names == sorted(names)

    def stage(entry: FileEntry) -> int:
        return 2 if entry.repeat_of else int(entry.changes)

    stages = [stage(entry) for entry in clean.files]
    assert stages == sorted(stages)
    assert set(stages) == {0, 1, 2}


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate(tmp_path, 101_000, 5000, format="parquet", progress=lambda *now: seen.append(now))
    assert [total for _, total in seen] == [5000] * 3
    assert seen[-1][0] == 5000
    assert sorted(seen) == seen


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"people": 0}, "people"),
        ({"people": capacity() + 1}, "people"),
        ({"people": 5, "records": -1}, "records"),
        ({"people": 5, "seed": -1}, "seed"),
        ({"people": 5, "spoil": 1.5}, "spoil"),
        ({"people": 5, "spoil": 0.1, "format": "parquet"}, "spoil"),
        ({"people": 5, "format": "ods"}, "format"),
        ({"people": 5, "as_of": date(2001, 1, 1)}, "as_of"),
    ],
)
def test_a_wrong_order_is_refused_by_name_and_nothing_is_written(
    tmp_path: Path, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        generate(tmp_path / "city", **wrong)  # type: ignore[arg-type]
    assert not (tmp_path / "city").exists()


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ValueError, match="not empty"):
        generate(tmp_path, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
