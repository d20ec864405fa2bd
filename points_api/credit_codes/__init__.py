"""The code that a resident shows: sealed, for one scenario, good once and for a minute."""
