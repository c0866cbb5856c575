"""What became of items, written in one transaction each, or tried again."""
