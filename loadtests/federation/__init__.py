"""Ten cities that ask each other about visitors, at a set rate, while two of them are killed.

    make load ARGS="--federation --cities 10 --rate 100 --seconds 300"

A visit is a code made at home and shown at a till elsewhere; the host asks home. Visits begin when
their time has come, whatever is still open, so a slow answer hides nothing. Every answer is held
against what the signed tables and the scenario's file say must come out. Two cities get SIGKILL and
are started again from their `city.env`; afterwards everything that was accepted has to be there,
and every notice has to have arrived. Meanwhile residents read their own scores (`probe.py`).
"""
