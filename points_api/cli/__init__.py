"""The command line `points`: one file a subject, each command a thin shell over a service."""
