"""How cities recognize each other's residents: profiles, mapping of scores, signed statements.

A rule package like `scoring`: it decides on documents and times that it is handed. Keys, storage
and the wire belong to the application.
"""
