"""Text as people and programs write it: charsets, HTML, dates, names, quoted history."""
