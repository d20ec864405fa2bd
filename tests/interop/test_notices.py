"""What cities tell each other after a statement is read with as much care as a question."""

import pytest

from interop import directory, refusals
from interop.canonical import canonical, parse
from interop.notices import read_used
from tests.interop import joining

HOME, HOST = "420200", "460200"


def used(**changed):
    return canonical(parse(joining.texts()["use"].encode()) | changed)


def members():
    said = joining.texts()
    return directory.begin(said["directory"].encode(), said["digest of the directory"]).at(
        joining.NOW
    )


def test_a_use_is_read_as_it_was_told():
    assert read_used(used(), HOST, HOME, members()).day == "2026-06-01"


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "2026-6-1", "٢٠٢٦-06-01"])
def test_a_use_on_a_day_that_is_none_is_malformed(day):
    with pytest.raises(refusals.Malformed):
        read_used(used(day=day), HOST, HOME, members())
