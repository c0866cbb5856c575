"""The picture of a page made fit to be read."""
