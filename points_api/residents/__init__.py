"""Joining and leaving: the tie between a WeChat account and a real person."""
