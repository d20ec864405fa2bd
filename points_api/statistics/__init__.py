"""Figures about the whole city, of nobody in particular."""
