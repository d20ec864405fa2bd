"""Encryption of fields, blind indexes, and the keys behind both."""
