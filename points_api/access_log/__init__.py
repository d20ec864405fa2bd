"""Who looked at a resident's information, when, and what for."""
