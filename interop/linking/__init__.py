"""Linking the scores of two cities: one method per file, their errors, and when they may be used.

It is linking, not equating: the two scores measure different things (Kolen & Brennan, Test
Equating, Scaling, and Linking; Dorans). All values here are in steps of the target scale, counted
from its lowest point, so that the formulas read as they are printed. This is the only folder of
`interop` with floats: `interop.tables` turns its results into integers once.
"""
