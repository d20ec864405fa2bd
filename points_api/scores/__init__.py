"""A resident's score: stored, read, explained, compared and recomputed."""
