"""Pages for people: figures as one HTML file that needs no network."""
