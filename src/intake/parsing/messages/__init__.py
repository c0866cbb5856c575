"""Messages: their parts, their headers, their text, and who or what wrote them."""
