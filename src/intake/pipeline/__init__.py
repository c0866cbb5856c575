"""The one-way street: receive, then process; what a run does and in which order."""
