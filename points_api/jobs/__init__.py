"""What runs without being asked: the relay, sealing the audit log, the work of every night."""
