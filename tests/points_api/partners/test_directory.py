"""The directory as a process follows it: forward, by signature, and not back after a restart."""

from datetime import timedelta

import pytest

from interop import directory
from points_api import clock
from points_api.partners.directory import MemberDirectory, member_for
from points_api.partners.models import DirectoryEdition
from points_api.partners.problems import ExchangeClosed
from tests.interop.cities import HUANGSHI, NOW, SANYA
from tests.interop.editions import ROOTS, digest, edition, started


@pytest.fixture
def at(frozen_clock):
    frozen_clock.set(NOW)
    return frozen_clock


def write(folder, number, **changed):
    document = directory.sign(edition(number, **changed), ROOTS)
    name = "directory.json" if number == 1 else f"directory-{number}.json"
    (folder / name).write_bytes(document)
    return digest(document)


async def test_editions_are_followed_as_they_come_and_kept(database, at, tmp_path):
    own = MemberDirectory(tmp_path / "directory.json", write(tmp_path, 1))
    assert (await own.members(clock.now())).version == 1
    write(tmp_path, 2, issued=0.1)
    assert (await own.members(clock.now())).version == 1
    at.forward(timedelta(days=1))
    members = await own.members(clock.now())
    assert members.version == 2
    speaking = member_for(members, "420281")
    assert speaking is not None
    assert speaking.city == HUANGSHI
    assert await DirectoryEdition.all().count() == 2
    (tmp_path / "directory-2.json").unlink()
    again = MemberDirectory(tmp_path / "directory.json", own.digest)
    assert (await again.members(clock.now())).version == 2


async def test_an_edition_that_does_not_follow_changes_nothing_and_is_told(database, at, tmp_path):
    own = MemberDirectory(tmp_path / "directory.json", write(tmp_path, 1))
    await own.members(clock.now())
    document = directory.sign(edition(2, issued=0.1), ROOTS[:1])
    (tmp_path / "directory-2.json").write_bytes(document)
    at.forward(timedelta(days=1))
    assert (await own.members(clock.now())).version == 1
    assert own.fault == "threshold-not-met"


@pytest.mark.parametrize(
    ("digest_said", "days", "reason"),
    [("A" * 43, 0, "no-directory"), (None, 31, "directory-expired")],
)
async def test_without_one_to_be_trusted_the_exchange_is_closed(
    database, at, tmp_path, digest_said, days, reason
):
    known = write(tmp_path, 1)
    own = MemberDirectory(tmp_path / "directory.json", digest_said or known)
    at.forward(timedelta(days=days))
    with pytest.raises(ExchangeClosed) as closed:
        await own.members(clock.now())
    assert closed.value.fields["reason"] == reason


async def test_the_digest_may_lie_beside_for_trying_out(database, at, tmp_path):
    known = write(tmp_path, 1)
    (tmp_path / "directory.digest").write_text(f"{known}\n")
    own = MemberDirectory(tmp_path / "directory.json", "")
    assert (await own.members(clock.now())).member(SANYA).city == SANYA
    assert started().directory.version == 1
