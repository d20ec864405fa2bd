"""The shell around the rules: HTTP, database, cache, identity, jobs and the command line."""
