"""What a good score opens: the registry of perks as dated files, and who is eligible for which.

A rule package like `scoring`: plain data in, a decision with its reasons out. It reads no database,
no clock and no network, and knows neither the score's arithmetic nor the application.
"""
