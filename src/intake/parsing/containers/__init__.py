"""Files that hold files, and what opens each."""
