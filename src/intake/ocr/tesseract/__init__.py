"""Tesseract, as a program and as a library, and the words of its languages."""
