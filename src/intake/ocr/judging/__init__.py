"""What is on a page, which way up it lies, and what of it was not read."""
