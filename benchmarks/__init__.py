"""Benchmarks: each prints its ratio to a ceiling that was measured in the same run."""
