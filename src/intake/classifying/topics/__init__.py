"""The topics, and what readable rules say of them."""
