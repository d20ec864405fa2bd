"""The compiled pass: a block of persons at a time, each rule as `engine.py` defines it.

One person's records are laid out on the `mine` rows of a desk, chained by rule, with everything
that does not depend on the day worked out once (`laying`); a rule then costs one walk along its
chain, today or on any later day (`rules`). What the rules give is added up and the greatest lines
kept (`outcome`), and the rules are looked at on later days until something differs (`outlook`).
All magnitudes are positive: a rule's sign is put back at its end, so `//` rounds toward zero.
"""

from scoring.kernel.block import score_block
from scoring.kernel.desk import TOP, Results, make_desk, make_results

__all__ = ["TOP", "Results", "make_desk", "make_results", "score_block"]
