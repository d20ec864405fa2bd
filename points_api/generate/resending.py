"""One file sent again, as it happens: first the same bytes, then saved anew in another encoding.

Nothing may come of either; above all, what was repaired or revoked in between stays so.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from points_api.generate.files import digest_of
from points_api.generate.manifest import FileEntry, SpoiledRow
from scoring.catalog import Catalog

MOST_BYTES = 64 * 1024**2


def resend(
    folder: Path, entries: Sequence[FileEntry], spoiled: Sequence[SpoiledRow], catalog: Catalog
) -> tuple[list[FileEntry], list[SpoiledRow]]:
    """Write the repeats of one CSV file; their entries, and the spoiled rows once more for each."""
    adverse = {item.code for item in catalog.items if item.nature == "adverse"}
    candidates = [
        entry
        for entry in entries
        if entry.item in adverse
        and not entry.changes
        and entry.file.endswith(".csv")
        and (folder / entry.file).stat().st_size <= MOST_BYTES
    ]
    if not candidates:
        return [], []
    first = max(candidates, key=lambda entry: (entry.rows, entry.file))
    content = (folder / first.file).read_bytes()
    stem = first.file.removesuffix(".csv")
    repeats: list[FileEntry] = []
    for name, told in (("9900", "重新报送"), ("9901", "再次报送")):
        path = folder / f"{name}_{stem[5:]}（{told}）.csv"
        path.write_bytes(content if told == "重新报送" else _saved_anew(content))
        entry = replace(first, file=path.name, repeat_of=first.file, digest=digest_of(path))
        repeats.append(entry)
    again = [
        replace(row, file=entry.file)
        for entry in repeats
        for row in spoiled
        if row.file == first.file
    ]
    return repeats, again


def _saved_anew(content: bytes) -> bytes:
    """The same table in the other encoding."""
    try:
        return content.decode("utf-8-sig").encode("gb18030")
    except UnicodeDecodeError:
        return content.decode("gb18030").encode("utf-8-sig")
