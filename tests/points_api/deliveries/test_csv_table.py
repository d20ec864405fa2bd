"""CSV comes out cell by cell as a careful reader sees it, whatever the size of the blocks."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from points_api.deliveries.csv_table import CsvTable
from points_api.deliveries.verdicts import FileRefused

CELLS = st.text(st.sampled_from(list("ab张三,\n\r\"' 　〔")), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=12)


def written(rows, *, quoting=csv.QUOTE_MINIMAL, newline="\r\n"):
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator=newline).writerows(rows)
    return text.getvalue()


def read(path, width=3, block_bytes=64):
    """Row number and cells of each row below the header, empty cells as ''."""
    table = CsvTable(path, block_bytes)
    found = []
    for block in table.blocks(1, width):
        frame = block.frame()
        assert frame.height == block.rows
        cells = [["" if cell is None else cell for cell in row[:width]] for row in frame.rows()]
        found += list(enumerate(cells, block.first_row))
    return found


@given(ROWS, st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), st.sampled_from(["\n", "\r\n"]),
       st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]), st.integers(8, 200))  # fmt: skip
def test_every_cell_arrives_with_its_row_number(
    tmp_path_factory, rows, quoting, newline, encoding, block_bytes
):
    # A lone carriage return ends no row for us, and would for the reader we compare with.
    rows = [[cell.replace("\r", "") for cell in row] for row in rows]
    path = tmp_path_factory.mktemp("csv") / "f.csv"
    text = "一,二,三\n" + written(rows, quoting=quoting, newline=newline)
    path.write_bytes(text.encode(encoding))
    expected = list(csv.reader(io.StringIO(text, newline="")))[1:]
    expected = [row + [""] * (3 - len(row)) for row in expected]
    try:
        found = read(path, block_bytes=block_bytes)
    except FileRefused as refusal:
        # A row may be longer than the tiny blocks of this test allow.
        assert refusal.code in ("broken_quotes", "row_too_long")  # noqa: PT017 - only for some
        assert max(len("".join(row).encode()) for row in rows) * 2 + 16 > block_bytes
        return
    assert found == list(enumerate(expected, 2))


def test_blank_lines_and_a_missing_line_end_do_not_shift_row_numbers(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("a,b,c\n1,2,3\n\n\n4,5,6")
    assert read(path) == [
        (2, ["1", "2", "3"]), (3, ["", "", ""]), (4, ["", "", ""]), (5, ["4", "5", "6"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "beyond"), [("1,2,3,4,5\n", "4"), ("1,2,3,,\n", None), ("1\n", None)]
)
def test_cells_to_the_right_of_the_header_are_seen(tmp_path, text, beyond):
    path = tmp_path / "f.csv"
    path.write_text("a,b,c\n" + text)
    [block] = CsvTable(path, 64).blocks(1, 3)
    assert block.frame()["beyond"].to_list() == [beyond]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("cell", ["2", "警告;罚款;其他;拘留", "1,200,300", "\t4202\t"])
def test_the_separator_is_found_whatever_stands_in_a_cell(tmp_path, separator, cell):
    path = tmp_path / "f.csv"
    rows = [["a", "b", "c"], ["1", "1", "1"], ["1", cell, "3"], ["1", "1", "1"]]
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    assert [row for _, row in read(path)] == rows[1:]


@pytest.mark.parametrize(
    ("content", "code", "row"),
    [
        (b'a,b,c\n1,2,3\n1,5" pipe,3\n', "broken_quotes", 3),
        (b'a,b,c\n1,"x" y,3\n', "broken_quotes", 2),
        (b'a,b,c\n1,2,3\n1,"open,3\n4,5,6\n', "broken_quotes", 3),
        (b'a,b,c\n"1\n1",2,3\n1,x"y",3\n', "broken_quotes", 3),
        ("一,b,c\n1,2,3\n".encode() + b"1,\xe5\xbc,3\n", "wrong_encoding", 3),
        ("一,二,三\n甲,乙,丙\n".encode() + "丁,戊,己\n".encode("gb18030"), "wrong_encoding", 3),
        ("一,二,三\n".encode("gb18030") + b"1,\xff\xff,3\n", "wrong_encoding", 2),
        ("一,二,三\n1,2,3\n".encode("utf-16"), "wrong_encoding", 1),
        (b"a,b,c\n1,\0,3\n", "binary_file", None),
    ],
)
def test_what_would_shift_or_garble_rows_is_refused_with_its_row(tmp_path, content, code, row):
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert (refused.value.code, refused.value.fields.get("row")) == (code, row)


def test_a_quote_that_never_closes_does_not_fill_the_memory(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text('a,b,c\n1,"' + "x,y,z\n" * 5000)
    with pytest.raises(FileRefused, match="file-refused") as refused:
        read(path, block_bytes=1024)
    assert refused.value.code == "broken_quotes"


def test_nothing_behind_an_endless_row_is_left_out_unsaid(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("a,b,c\n1,2,3\n1," + "x" * 5000 + ",3\n4,5,6\n")
    with pytest.raises(FileRefused) as refused:
        read(path, block_bytes=1024)
    assert (refused.value.code, refused.value.fields["row"]) == ("row_too_long", 3)


def test_ascii_first_and_gb18030_later_is_read(tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(b"a,b,c\n" + b"1,2,3\n" * 40 + "甲,乙,丙\n".encode("gb18030"))
    table = CsvTable(path, 64)
    last = [block.frame().rows()[-1][:3] for block in table.blocks(1, 3)][-1]
    assert (last, table.encoding) == (("甲", "乙", "丙"), "gb18030")
