"""Push (推送): signed, in order per resident, at least once, and only under their consent."""
