"""How good topics are chosen, and what has changed since."""
