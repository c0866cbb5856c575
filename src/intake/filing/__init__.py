"""Facts -> Request or Notice, and the allowed moves of a request. Pure: no clock, no database."""
