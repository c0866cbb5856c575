"""Marks messages as taken: moves them, sets a keyword, or leaves them alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from intake.connectors.imap_client import uid_set
from intake.connectors.imap_faults import MessagesGone
from intake.connectors.imap_options import AfterReceive, ImapOptions
from intake.connectors.imap_session import ImapSession
from intake.errors import SourceRefused

_BATCH = 100
"""Messages of one MOVE: what is lost with the connection is done again."""

_Filing = Callable[[Sequence[int], str, int], None]

_log = logging.getLogger(__name__)


def open_for_marking(session: ImapSession, options: ImapOptions) -> AfterReceive:
    """Select the mailbox; return how messages are marked: as the options ask, or as it can be.

    Without MOVE (RFC 6851) or UIDPLUS (RFC 4315) no message can be taken out alone: a plain
    EXPUNGE would take all those with it that somebody else marked as deleted. The mailbox is
    opened for reading only as long as nothing is marked; only that way round it does not say
    which keywords it keeps.
    """
    how = options.after_receive
    if how == "move" and not (session.has("MOVE") or session.has("UIDPLUS")):
        how = "keyword"
    session.select(read_only=how != "keyword")
    if how == "keyword" and not session.keeps_keyword(options.keyword):
        how = "leave"
    if how != options.after_receive:
        _log.warning(
            "imap server cannot mark messages as configured",
            extra={
                "action": "imap_mark_fallback",
                "host": options.host,
                "configured": options.after_receive,
                "used": how,
            },
        )
    return how


class Marker:
    """Marks messages of the selected mailbox. Doing it twice is the same as once."""

    def __init__(self, session: ImapSession, options: ImapOptions) -> None:
        self._session = session
        self._options = options
        self._folder: str | None = None

    def mark(self, how: AfterReceive, messages: Sequence[tuple[int, int]]) -> None:
        """Mark ``messages``, pairs of UID and size in bytes, as ``how`` says.

        Raises:
            SourceUnavailable: the server did not answer; it may have done it.
            SourceRefused: the user may not do it.
        """
        if how == "leave" or not messages:
            return
        if self._session.is_read_only:
            self._session.select_again(read_only=False)
        for start in range(0, len(messages), _BATCH):
            batch = messages[start : start + _BATCH]
            uids, size = [uid for uid, _ in batch], sum(size for _, size in batch)
            try:
                self._mark_batch(how, uids, size)
            except MessagesGone:  # somebody else's session took some: the others are still there
                left = self._session.find_alive(uids)
                if left:
                    self._mark_batch(how, sorted(left), size)

    def _mark_batch(self, how: AfterReceive, uids: Sequence[int], size: int) -> None:
        if how == "keyword":
            self._session.add_keyword(uids, self._options.keyword)
        elif self._session.has("MOVE"):
            self._file(self._session.move, uids, size)
        else:
            self._copy_and_remove(uids, size)

    def _copy_and_remove(self, uids: Sequence[int], size: int) -> None:
        """Move without MOVE. What is marked as deleted was copied before a crash, or by nobody."""
        fresh = self._session.search(f"UID {uid_set(uids)} UNDELETED")
        if fresh:
            self._file(self._session.copy, fresh, size)
        self._session.remove(uids, size)

    def _file(self, command: _Filing, uids: Sequence[int], size: int) -> None:
        """Run ``command``; if the server refuses, make the folder first, once."""
        if self._folder is not None:
            command(uids, self._folder, size)
            return
        folder = self._folder_name()
        try:
            command(uids, folder, size)
        except SourceRefused as refusal:
            self._make(folder, refusal)
            command(uids, folder, size)
        self._folder = folder

    def _make(self, folder: str, refusal: SourceRefused) -> None:
        """Make ``folder``; raise ``refusal``, which says more, if that is not allowed either."""
        try:
            self._session.create_folder(folder)
        except SourceRefused:
            raise refusal from None

    def _folder_name(self) -> str:
        """Return the folder's name on this server, such as ``INBOX.Processed``."""
        prefix, delimiter = self._session.personal_namespace()
        name = self._options.processed_folder.replace("/", delimiter)
        return name if name.startswith(prefix) else prefix + name
