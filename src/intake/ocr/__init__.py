"""Reads pictures of text: pages out of files, pages made ready, text out of pages."""
