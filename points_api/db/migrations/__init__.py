"""The schema, step by step. Never edited after release."""
