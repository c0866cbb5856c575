"""What is learned from examples of topics, and the files and versions that it is kept in."""
