"""Gives an item its topic, urgency and language, each with the words that say so."""
