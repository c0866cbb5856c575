"""Connectors: fetch items and acknowledge them at their source; they never interpret."""
