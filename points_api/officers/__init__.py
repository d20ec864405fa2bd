"""Officers of the credit office: their accounts, and signing in with password and code."""
