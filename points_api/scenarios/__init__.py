"""The registry of scenarios in the database: versions, their life, search, what is open to me."""
