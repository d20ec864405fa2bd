"""ETags: what is not sent twice, and what is not overwritten unseen."""

import pytest

from points_api.conditional import (
    ChangedMeanwhile,
    IfMatchMissing,
    etag_of,
    matches,
    require_match,
    weak_etag_of,
)

TAG = etag_of(b"body")


@pytest.mark.parametrize("header", [TAG, f"W/{TAG}", f'"x", {TAG}', "*"])
def test_a_tag_is_known_weakly_and_in_a_list(header):
    assert matches(header, TAG)
    assert matches(header, weak_etag_of(b"body"))


@pytest.mark.parametrize("header", [None, '"x"', ""])
def test_another_tag_is_not(header):
    assert not matches(header, TAG)


def test_a_change_needs_the_very_tag_that_was_read():
    require_match(f'"x", {TAG}', TAG)
    with pytest.raises(IfMatchMissing):
        require_match(None, TAG)
    for header in ("*", f"W/{TAG}", '"x"', ""):
        with pytest.raises(ChangedMeanwhile):
            require_match(header, TAG)
