"""Notices to a resident: in the app, and by WeChat where they asked for it and are not asleep."""
