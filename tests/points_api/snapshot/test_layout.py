"""A snapshot that is not what was written is refused, and the refusal says how to mend it."""

from datetime import date

import numpy as np
import pytest

from points_api.generate import generate
from points_api.snapshot.layout import (
    LAYOUT,
    MANIFEST,
    PEOPLE_TYPES,
    Manifest,
    People,
    SnapshotRefused,
    open_snapshot,
    publish,
    write_part,
)
from scoring.columns import TYPES, Columns

MEND = "points snapshot rebuild"


@pytest.fixture
def folder(tmp_path):
    """A snapshot of two parts."""
    generate(tmp_path, people=50_100, records=60_000, format="snapshot")
    return tmp_path


def read_all(folder):
    snapshot = open_snapshot(folder)
    for part in snapshot.parts:
        snapshot.people(part), snapshot.columns(part), snapshot.marks(part)


def test_what_was_written_is_read(folder):
    read_all(folder)


@pytest.mark.parametrize("kind", ["records", "marks", "people"])
def test_a_flipped_bit_is_refused_wherever_it_is(folder, kind):
    path = folder / open_snapshot(folder).parts[1].files[kind]
    content = path.read_bytes()
    for at in (0, len(content) // 3, len(content) - 1):
        path.write_bytes(content[:at] + bytes([content[at] ^ 4]) + content[at + 1 :])
        with pytest.raises(SnapshotRefused, match=MEND) as refused:
            read_all(folder)
        assert str(path) in str(refused.value)


@pytest.mark.parametrize("kind", ["records", "marks", "people"])
def test_a_missing_file_is_refused(folder, kind):
    (folder / open_snapshot(folder).parts[0].files[kind]).unlink()
    with pytest.raises(SnapshotRefused, match=MEND):
        read_all(folder)


def test_a_file_of_another_part_is_refused(folder):
    one, other = (folder / part.files["marks"] for part in open_snapshot(folder).parts)
    one.write_bytes(other.read_bytes())
    with pytest.raises(SnapshotRefused, match=MEND):
        read_all(folder)


def test_a_truncated_manifest_is_refused(folder):
    content = (folder / MANIFEST).read_bytes()
    for length in (0, 1, len(content) // 2, len(content) - 1):
        (folder / MANIFEST).write_bytes(content[:length])
        with pytest.raises(SnapshotRefused, match=MEND):
            open_snapshot(folder)


def test_a_changed_word_in_the_manifest_is_refused(folder):
    text = (folder / MANIFEST).read_text()
    assert text.count('"volunteer.hours"') == 1
    (folder / MANIFEST).write_text(text.replace("volunteer.hours", "volunteer.hourz"))
    with pytest.raises(SnapshotRefused, match=MEND):
        open_snapshot(folder)


def test_another_layout_is_refused_by_its_number(folder):
    text = (folder / MANIFEST).read_text()
    (folder / MANIFEST).write_text(text.replace(f'"layout": {LAYOUT}', '"layout": 7'))
    with pytest.raises(SnapshotRefused, match=rf"layout 7.*{LAYOUT}"):
        open_snapshot(folder)


def test_no_snapshot_is_refused(tmp_path):
    with pytest.raises(SnapshotRefused, match=MEND):
        open_snapshot(tmp_path / "nothing")


def test_a_part_without_records_and_one_without_people_can_be_read(tmp_path):
    parts = []
    for number, count in enumerate((3, 0)):
        columns = Columns(*(np.empty(0, kind) for kind in TYPES.values()))
        people = People(*(np.arange(count).astype(kind) for kind in PEOPLE_TYPES.values()))
        marks = np.empty((0, 16), np.uint8)
        parts.append(write_part(tmp_path, number, columns, marks, people, "first"))
    manifest = Manifest(
        layout=LAYOUT, made_on=date(2026, 6, 1), items=(), levels=(), scorecards=(),
        parts=tuple(parts),
    )  # fmt: skip
    publish(tmp_path, manifest)
    read_all(tmp_path)
    assert open_snapshot(tmp_path).marks(parts[0]).shape == (0, 16)
    assert [part.number for part in manifest.with_parts().parts] == [0]
