"""Numbers and calendars that the state defines: ID numbers, unified codes, divisions, workdays.

Pure: nothing here reads the clock, the database or the settings.
"""
