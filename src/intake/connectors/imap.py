"""ImapConnector: finds messages in an IMAP mailbox and marks them once they are ours.

A message is named by mailbox, UIDVALIDITY and UID, the only name that lasts (RFC 9051 §2.3.1.1).
What was read is decided by our receipts alone: never by ``\\Seen``, which people's mail programs
set, nor by the Message-ID, which senders repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from types import TracebackType
from typing import ClassVar, Self

from intake.connectors.imap_bodies import Bodies
from intake.connectors.imap_marks import Marker, open_for_marking
from intake.connectors.imap_options import AfterReceive, ImapOptions
from intake.connectors.imap_session import ImapSession, Listed
from intake.schemas.receipts import ItemContent, RawItem, Receipt

_WINDOW = 5_000
"""UIDs of one SEARCH: its answer is one line, and a line may not be longer than a megabyte."""
_LISTING = 400
"""UIDs of one FETCH of sizes: its command stays under the 8,192 bytes of RFC 7162 §4."""


class ImapConnector:
    """Reads a mailbox by IMAP (RFC 3501, RFC 9051)."""

    kind: ClassVar[str] = "imap"
    profile: ClassVar[str] = "mail"
    options_model: ClassVar[type[ImapOptions]] = ImapOptions
    login_remedy: ClassVar[str] = (
        "Correct the username, password or token of the source, then run `intake check`. Many "
        "providers want a password of its own for every mail program."
    )

    def __init__(self, source: str, options: ImapOptions) -> None:
        self._source = source
        self._options = options
        self._session = ImapSession(options, login_remedy=self.login_remedy)
        self._marker = Marker(self._session, options)
        self._mark: AfterReceive = "leave"

    def __enter__(self) -> Self:
        """Connect and log in.

        Raises:
            SourceUnavailable: the server cannot be reached or is overloaded.
            SourceRefused: the certificate, the password or the token is refused.
        """
        self._session.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Log out; raise nothing."""
        self._session.close()

    def check(self) -> None:
        """Open the mailbox for reading only.

        Raises:
            SourceUnavailable, SourceRefused: it cannot be opened.
        """
        self._session.select(read_only=True)

    def poll(self, *, after: str | None, limit: int) -> Iterator[RawItem]:
        """Yield at most ``limit`` messages, oldest first. Changes nothing.

        Where messages are moved away, the mailbox holds only those that are not acknowledged:
        ``after`` is not needed and not obeyed then. Where they get a keyword, those up to
        ``after`` are listed that have none.

        Raises:
            SourceUnavailable, SourceRefused: the server ended the poll.
        """
        self._mark = open_for_marking(self._session, self._options)
        bodies = Bodies(self._session, self._options)
        uids = islice(self._candidates(self._uid_of(after)), limit)
        while some := list(islice(uids, _LISTING)):
            listed = self._session.list_sizes(some)
            for message in listed:
                yield self._item(message, partial(bodies.read, message, listed))

    def acknowledge(self, items: Sequence[tuple[RawItem, Receipt]]) -> None:
        """Move or mark the messages, as the options say and the server can.

        Raises:
            SourceUnavailable, SourceRefused: the server did not do it.
        """
        if not self._session.uidvalidity:
            self._mark = open_for_marking(self._session, self._options)
        ours = [item for item, _ in items if self._is_of_this_epoch(item)]
        self._marker.mark(
            self._mark, [(int(item.attributes["uid"]), item.size_bytes or 0) for item in ours]
        )

    def _is_of_this_epoch(self, item: RawItem) -> bool:
        """Say whether the item's UID still means that message; another mailbox may reuse it."""
        facts = item.attributes
        epoch = (self._options.mailbox, str(self._session.uidvalidity))
        return (facts.get("mailbox"), facts.get("uidvalidity")) == epoch

    def _uid_of(self, cursor: str | None) -> int:
        """Return the UID that ``cursor`` names; 0 if that of another epoch or none."""
        epoch, _, uid = (cursor or "").partition(":")
        is_ours = epoch == str(self._session.uidvalidity) and uid.isdecimal()
        return int(uid) if is_ours and self._mark != "move" else 0

    def _candidates(self, after: int) -> Iterator[int]:
        """Yield the UIDs to look at, ascending."""
        if after and self._mark == "keyword":
            yield from self._uids(1, after, f" UNKEYWORD {self._options.keyword}")
        yield from self._uids(after + 1, None)

    def _uids(self, first: int, last: int | None, criteria: str = "") -> Iterator[int]:
        """Yield the UIDs from ``first`` to ``last`` that fit ``criteria``, window by window."""
        for low, high in self._windows(first, last):
            found = self._session.search(f"UID {low}:{high or '*'}{criteria}")
            # ``n:*`` means the last message too when there is none from n on (RFC 9051 §9).
            yield from (uid for uid in found if low <= uid and (high is None or uid <= high))

    def _windows(self, first: int, last: int | None) -> Iterator[tuple[int, int | None]]:
        """Yield ranges of UIDs that hold at most ``_WINDOW`` messages each."""
        if self._session.exists == 0:
            return
        if self._session.exists <= _WINDOW:
            yield first, last
            return
        lowest = max(first, min(self._session.search("1"), default=1))
        highest = max(self._session.search("UID *"), default=0)
        highest = highest if last is None else min(highest, last)
        for low in range(lowest, highest + 1, _WINDOW):
            yield low, min(low + _WINDOW - 1, highest)

    def _item(self, message: Listed, content: ItemContent) -> RawItem:
        mailbox, epoch = self._options.mailbox, self._session.uidvalidity
        return RawItem(
            source=self._source,
            key=f"{mailbox}:{epoch}:{message.uid}",
            profile=self.profile,
            content=content,
            size_bytes=message.size,
            received_at=message.received_at,
            received_at_by="server" if message.received_at else "intake",
            media_type="message/rfc822",
            attributes={"mailbox": mailbox, "uidvalidity": str(epoch), "uid": str(message.uid)},
            cursor=None if self._mark == "move" else f"{epoch}:{message.uid}",
        )
