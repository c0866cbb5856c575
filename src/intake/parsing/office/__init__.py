"""Documents of office programs: what they say."""
