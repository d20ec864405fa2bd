"""Numbers guessed at a counter, counted per key of the staff before each look, as sign-ins are.

After five wrong ones in a row the counter is closed for half a minute, then longer and longer. The
counts are rows, so emptying Redis gives nobody five more.
"""

from datetime import datetime

from points_api.auth.merchants import CallingMerchant
from points_api.crypto.keyring import Keyring
from points_api.officers import attempts
from points_api.officers.problems import TooManyFailures
from points_api.verifications.problems import TooManyGuesses


async def count(keyring: Keyring, caller: CallingMerchant, now: datetime) -> str:
    """Count one more guess and return what `forget` needs; refuse where there were too many."""
    mark = keyring.index("counter.guess", caller.actor).hex()
    try:
        await attempts.count(mark, now)
    except TooManyFailures as refusal:
        raise TooManyGuesses(int(refusal.headers["Retry-After"])) from None
    return mark


async def forget(mark: str) -> None:
    """The number was right: take all guesses back."""
    await attempts.forget(mark)
