"""Failed sign-ins, counted per login as typed, whether or not it exists: so a refusal for too many
of them tells nobody which logins there are.

An attempt is counted as failed before it is looked at, and taken back when it succeeds. So of a
thousand guesses sent at once no more are looked at than of a thousand sent in turn.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from points_api.crypto.keyring import Keyring
from points_api.db.transaction import transactional
from points_api.officers.models import FailedSignIn
from points_api.officers.problems import TooManyFailures
from points_api.problem import Busy

FREE: Final = 5
FIRST_PAUSE: Final = timedelta(seconds=30)
LONGEST_PAUSE: Final = timedelta(minutes=15)  # some hundred guesses a day (NIST SP 800-63B, 5.2.2)
FORGOTTEN_AFTER: Final = timedelta(days=1)


def mark_of(keyring: Keyring, login: str) -> str:
    """Return what stands for a login here: what people type by mistake is often a password."""
    return keyring.index("officer.login", login).hex()


def pause_after(failures: int) -> timedelta:
    """Return how long a login stays closed after so many failures in a row."""
    if failures < FREE:
        return timedelta()
    return min(FIRST_PAUSE * (1 << min(failures - FREE, 10)), LONGEST_PAUSE)


@transactional
async def count(mark: str, now: datetime) -> int:
    """Count one more failure and return how many; refuse where the login is closed."""
    first = FailedSignIn(login_index=mark, failures=0, last_at=now)
    await FailedSignIn.bulk_create([first], ignore_conflicts=True)
    row = await FailedSignIn.filter(login_index=mark).select_for_update().first()
    if row is None:
        raise Busy  # the night cleared it away between the two
    if row.closed_until is not None and row.closed_until > now:
        raise TooManyFailures(ceil((row.closed_until - now).total_seconds()))
    is_old = now - row.last_at > FORGOTTEN_AFTER
    row.failures = 1 if is_old else row.failures + 1
    row.last_at, row.closed_until = now, now + pause_after(row.failures)
    await row.save(update_fields=["failures", "last_at", "closed_until"])
    return row.failures


@transactional
async def forget(mark: str) -> None:
    """Take all failures back: the right person is there."""
    await FailedSignIn.filter(login_index=mark).update(failures=0, closed_until=None)


@transactional
async def purge(now: datetime) -> int:
    """Delete what is forgotten anyway."""
    return await FailedSignIn.filter(last_at__lt=now - FORGOTTEN_AFTER).delete()
