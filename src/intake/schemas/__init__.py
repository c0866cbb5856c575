"""The values that cross rooms: pydantic models, frozen."""
