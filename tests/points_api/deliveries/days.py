"""The day on which the tests of the checks take place."""

from datetime import date

TODAY = date(2026, 6, 1)
