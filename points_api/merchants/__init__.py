"""Merchants: accounts, staff, and which scenarios each of them serves."""
