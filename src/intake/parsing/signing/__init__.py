"""Signatures, who gave them, and whom we trust."""
