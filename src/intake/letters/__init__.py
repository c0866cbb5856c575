"""Reads letters: who wrote, when, and about which request, from words and their places."""
