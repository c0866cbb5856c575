"""Pages out of PDF files."""
