"""My data, to take along."""
