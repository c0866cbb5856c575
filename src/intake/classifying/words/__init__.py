"""Texts as words, miswritten or not, and what is looked for among them."""
