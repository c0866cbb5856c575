"""Durable state: blobs in a folder, everything else in one SQL database."""
