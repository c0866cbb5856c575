"""Reads pictures of text: pages out of files, pages made ready, text out of pages.

``recognise`` goes all the way: ``open_sheets`` opens a file (``files``, ``pdf``), ``read_sheet``
reads one page of it (``preparing``, ``ticks``, an engine, ``words``, ``judging``, ``ordering``).
"""
