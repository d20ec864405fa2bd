"""Redeeming a benefit exactly once, within its quotas, and the statements of it."""
