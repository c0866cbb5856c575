"""What people are shown of one noun: its facts and its tables."""
