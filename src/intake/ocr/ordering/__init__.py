"""Words in the order in which a person reads them: paragraphs, columns, rows of tables."""
