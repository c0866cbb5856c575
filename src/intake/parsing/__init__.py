"""Reads stored bytes into facts: pure functions of their arguments."""
