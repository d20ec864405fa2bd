"""Ten cities on one machine: each the same program with its own data, keys and database."""
