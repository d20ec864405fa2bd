"""Pushing events to the systems of merchants: signed, in order, at least once."""
