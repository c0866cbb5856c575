"""Where the letters of a batch begin and end."""
