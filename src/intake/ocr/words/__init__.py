"""The words of a page: which are none, how sure they are, which a fax machine printed."""
