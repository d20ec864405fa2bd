"""Who is acting: a skewed choice of residents, as in life.

One in ten residents makes half of the traffic. Uniform choice would flatter nothing and nobody:
it would spread cache misses evenly and never let two devices of one person meet.
"""

from dataclasses import dataclass
from random import Random

EAGER_SHARE = 0.1
EAGER_TRAFFIC = 0.5


@dataclass(frozen=True, slots=True)
class Population:
    """Demo residents 1 to `people`; the sign-in code of the n-th is `demo:<n>`."""

    people: int

    def draw(self, rng: Random) -> int:
        """Return the number of the resident who opens the app next."""
        eager = max(1, int(self.people * EAGER_SHARE))
        if rng.random() < EAGER_TRAFFIC:
            return rng.randint(1, eager)
        return rng.randint(1, self.people)

    @staticmethod
    def code(resident: int) -> str:
        """Return the code that signs this resident in where WeChat is faked."""
        return f"demo:{resident}"
