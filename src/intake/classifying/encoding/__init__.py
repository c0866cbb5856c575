"""What a passage means, as a vector."""
