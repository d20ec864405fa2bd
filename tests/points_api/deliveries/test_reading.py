"""What is no table is refused as a whole, each kind in its own words."""

import io
import zipfile

import pytest

from points_api.deliveries.reading import Limits, open_tables
from points_api.deliveries.verdicts import FILE_REASONS, FileRefused
from tests.points_api.deliveries.sheets import HOURS, csv_file, matched, row, xlsx_file

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
HEADER = list(row(HOURS))
DATA = list(row(HOURS).values())


def archive(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/") + ".xml", content)
    return packed.getvalue()


def lying(content: bytes, name: bytes, declared: int) -> bytes:
    """The archive with another declared size for a part, in both of its headers."""
    changed = bytearray(content)
    for signature, at_size, at_name in ((b"PK\x03\x04", 22, 30), (b"PK\x01\x02", 24, 46)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            if content[at + at_name : at + at_name + len(name)] == name:
                changed[at + at_size : at + at_size + 4] = declared.to_bytes(4, "little")
    return bytes(changed)


def encrypted(content: bytes) -> bytes:
    """The archive with every part marked as encrypted."""
    changed = bytearray(content)
    for signature, at_flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := content.find(signature, at + 1)) >= 0:
            changed[at + at_flags] |= 1
    return bytes(changed)


WORKBOOK = archive(xl__workbook=b"<workbook/>", xl__sheet1=b"<x/>" * 1000)
KINDS = {
    "empty": (b"", "empty_file"),
    "only blanks": (b"\r\n  \r\n", "empty_file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 10, "binary_file"),
    "a PDF": (b"%PDF-1.7\n" + bytes(range(256)) * 10, "binary_file"),
    "old Excel": (OLE + "Workbook".encode("utf-16-le") + bytes(2000), "old_excel"),
    "a password": (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99), "password_protected"),
    "another archive": (archive(word__document=b"<w/>"), "binary_file"),
    "encrypted parts": (encrypted(WORKBOOK), "password_protected"),
    "cut off": (WORKBOOK[:-30] + WORKBOOK[-22:], "damaged_workbook"),
    "no real workbook": (WORKBOOK, "damaged_workbook"),
    "a bomb": (archive(xl__workbook=bytes(30_000_000)), "zip_bomb"),
    "a lying bomb": (
        lying(archive(xl__workbook=bytes(30_000_000)), b"xl/workbook.xml", 1000),
        "damaged_workbook",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_no_table_is_told_apart(tmp_path, kind):
    content, code = KINDS[kind]
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        open_tables(path, Limits())
    assert refused.value.code == code


def test_a_file_above_the_limit_is_refused_with_the_limit(tmp_path):
    path = csv_file(tmp_path / "f.csv", [row(HOURS)] * 40_000)
    with pytest.raises(FileRefused, match="file-refused") as refused:
        open_tables(path, Limits(csv=1024**2))
    assert (refused.value.code, "1 MB" in refused.value.detail.zh) == ("too_large", True)


def test_a_workbook_that_unpacks_too_large_is_refused(tmp_path):
    path = xlsx_file(tmp_path / "f.xlsx", [HEADER, *[DATA] * 3000])
    with pytest.raises(FileRefused) as refused:
        open_tables(path, Limits(unpacked=256 * 1024))
    assert refused.value.code == "workbook_too_large"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_header_without_rows_is_refused(tmp_path, kind):
    path = tmp_path / f"f.{kind}"
    if kind == "csv":
        path.write_text(",".join(HEADER) + "\n,,,\n\n")
    else:
        xlsx_file(path, [HEADER])
    with pytest.raises(FileRefused) as refused:
        matched(path)
    assert refused.value.code == "only_header"


def test_a_workbook_without_any_cell_is_refused(tmp_path):
    with pytest.raises(FileRefused) as refused:
        matched(xlsx_file(tmp_path / "f.xlsx", []))
    assert refused.value.code == "empty_file"


@pytest.mark.parametrize("code", FILE_REASONS)
def test_every_refusal_speaks_both_languages_and_tells_the_mend(code):
    places = dict.fromkeys(
        ("limit", "encoding", "rows", "layout", "columns", "message", "message_en", "column",
         "sheets", "candidates"), "甲"
    )  # fmt: skip
    refusal = FileRefused(code, row=3, **places)
    body = refusal.body("en")
    assert (body["code"], body["errcode"], body["status"]) == (code, 42250, 422)
    assert "{" not in refusal.detail.zh + refusal.detail.en
    assert refusal.detail.zh != refusal.detail.en or code == "denied_column"
