"""The life of a scenario's version: proposals of merchants, decisions of officers, the stop."""
