"""Learning from what persons said, and the life of models."""
