"""Offline proofs: a resident's one-time batches, and the lists that tell which count no longer."""
