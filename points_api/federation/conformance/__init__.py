"""The conformance kit: plays a partner against any city's exchange, and tells what does not hold.

`cases.toml` lists what one message says and what has to come back; `checks.py`, `notices.py` and
`batches.py` what takes several messages. What is expected is that of `docs/joining.md`, so another
program than ours can be tested.
"""
