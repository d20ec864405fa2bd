"""The chain of audit entries: what was done, by whom, and the proof that nothing was altered."""
