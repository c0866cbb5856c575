"""Boxes to tick on a page."""
