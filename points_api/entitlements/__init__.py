"""Entitlement lists: who is on a merchant's list now, and every change of it."""
