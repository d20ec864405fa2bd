"""Who a caller is: sign-in, sessions, tokens, and the table of who may call what."""
