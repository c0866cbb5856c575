"""From which confidence a topic is filed without a person, learned from outcomes."""
