"""What runs without being asked: the relay, the nightly rescoring, sealing the audit log."""
