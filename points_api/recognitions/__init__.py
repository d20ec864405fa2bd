"""Recognition of visitors: what home says of its residents, and what a host makes of it."""
