"""The first page in one call."""
