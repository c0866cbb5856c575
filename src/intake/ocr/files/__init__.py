"""Pages out of picture files, and files opened at no risk."""
