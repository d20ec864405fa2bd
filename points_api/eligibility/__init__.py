"""What scenarios decide by: the facts of a resident today, read in as few trips as there are."""
