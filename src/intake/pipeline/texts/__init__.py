"""What was written, parsed and judged in children."""
