"""A session with an IMAP server: the commands we use, and what they may answer."""

from __future__ import annotations

import imaplib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple, NoReturn

from intake.connectors import imap_faults as faults
from intake.connectors.imap_client import NONSENSE, Client, decoded, internal_date, uid_set
from intake.connectors.imap_faults import LoginRefused, SessionBroken, Stage
from intake.connectors.imap_login import log_in
from intake.connectors.imap_options import ImapOptions
from intake.connectors.imap_wire import CutOff, check_pin, tls_context
from intake.errors import SourceRefused, SourceUnavailable

_MOST_REFUSALS = 2
"""Servers lock a mailbox after a few wrong passwords."""
_GOODBYE_S = 5.0


class Listed(NamedTuple):
    """A message as the server lists it; ``size`` in bytes, None when it does not say."""

    uid: int
    size: int | None
    received_at: datetime | None


class ImapSession:
    """One user's session with one mailbox. Not for two threads at a time."""

    def __init__(self, options: ImapOptions, *, login_remedy: str) -> None:
        """Keep the arguments; touch nothing. ``login_remedy`` helps whoever was refused."""
        self._options = options
        self._where = f"{options.host}:{options.port_number}"
        self._login_remedy = login_remedy
        self._client: Client | None = None
        self._cut_off = CutOff()
        self._secret = ""
        self._refusals = 0
        self.is_read_only = True
        self._capabilities: frozenset[str] = frozenset()
        self._permanent_flags: frozenset[bytes] = frozenset()
        self.uidvalidity = 0
        """0 until a mailbox is selected."""
        self.exists = 0
        """How many messages the mailbox held when it was selected."""

    def open(self) -> None:
        """Connect, verify the server and log in: at most two tries in the session's life.

        Raises:
            SourceUnavailable: the server cannot be reached or is overloaded.
            SourceRefused: the certificate, the password or the token is refused.
        """
        while not self._try_to_enter():
            pass

    def close(self) -> None:
        """Log out if that is possible; raise nothing."""
        client = self._client
        if client is not None:
            with (
                suppress(imaplib.IMAP4.error, OSError, *NONSENSE),
                self._cut_off.after(_GOODBYE_S),
            ):
                client.logout()
        self._drop()

    def select(self, *, read_only: bool) -> None:
        """Open the mailbox; ``read_only`` promises the server that we change nothing.

        Raises:
            SourceRefused: there is no such mailbox, it may not be changed, or its messages have
                no lasting names (RFC 9051 §2.3.1.1).
            SourceUnavailable: the server did not answer.
        """
        with self._asking(Stage.OPEN) as client:
            answer = client.select_folder(self._options.mailbox, readonly=read_only)
        self.is_read_only = read_only
        self.uidvalidity = answer.get(b"UIDVALIDITY") or 0
        self.exists = answer.get(b"EXISTS") or 0
        self._permanent_flags = frozenset(answer.get(b"PERMANENTFLAGS") or ())
        if not self.uidvalidity:
            raise SourceRefused(
                f"{self._where} gives the mailbox {self._options.mailbox} no UIDVALIDITY: its "
                "messages cannot be told from later ones.",
                remedy="Read another mailbox, or ask the mail server's administrators.",
            )

    def select_again(self, *, read_only: bool) -> None:
        """Open the mailbox that was selected before, perhaps for another use.

        Raises:
            SourceUnavailable, SourceRefused: as ``select``; or it was made anew meanwhile.
        """
        before = self.uidvalidity
        self.select(read_only=read_only)
        if self.uidvalidity != before:
            raise SourceUnavailable(
                f"The mailbox {self._options.mailbox} was made anew while it was read.",
                remedy="Nothing to do: the next run lists it from the start.",
            )

    def reopen(self) -> None:
        """Make a new connection to the mailbox that was selected.

        Raises:
            SourceUnavailable, SourceRefused: as ``open`` and ``select_again``.
        """
        self._drop()
        self.open()
        self.select_again(read_only=self.is_read_only)

    def has(self, capability: str) -> bool:
        """Say whether the server announced ``capability``, such as ``MOVE``."""
        return capability in self._capabilities

    def keeps_keyword(self, keyword: str) -> bool:
        """Say whether the selected mailbox stores ``keyword`` (RFC 9051 §7.1, PERMANENTFLAGS)."""
        return not {rb"\*", keyword.encode()}.isdisjoint(self._permanent_flags)

    def search(self, criteria: str) -> list[int]:
        """Return the UIDs that fit, ascending; the answer is one line, so ask for ranges."""
        with self._asking(Stage.READ) as client:
            return list(client.search_uids(criteria))

    def list_sizes(self, uids: Sequence[int]) -> list[Listed]:
        """Return size and date of each UID; a message that is not answered has neither."""
        with self._asking(Stage.READ) as client:
            answers = client.fetch_uids(uids, "(UID RFC822.SIZE INTERNALDATE)")
        return [_listed(uid, answers.get(uid, {})) for uid in uids]

    def read_bodies(self, uids: Sequence[int], expected_bytes: int) -> dict[int, bytes]:
        """Return whole messages, without setting ``\\Seen``; some may be missing.

        Raises:
            SessionBroken: it can be tried again after ``reopen``.
            SourceUnavailable: the server is overloaded.
        """
        with self._asking(Stage.READ, expected_bytes) as client:
            answers = client.fetch_uids(uids, "(UID BODY.PEEK[])")
        found = {uid: answers.get(uid, {}).get(b"BODY[]") for uid in uids}
        return {uid: body for uid, body in found.items() if isinstance(body, bytes) and body}

    def read_part(self, uid: int, offset: int, size: int) -> bytes | None:
        """Return at most ``size`` bytes from ``offset``; empty at the end, None if not answered.

        Raises:
            SessionBroken: it can be tried again after ``reopen``.
            SourceUnavailable: the server is overloaded.
        """
        with self._asking(Stage.READ, size) as client:
            answers = client.fetch_uids([uid], f"(UID BODY.PEEK[]<{offset}.{size}>)")
            name = f"BODY[]<{offset}>".encode()
            if name not in answers.get(uid, {}):
                return None
            part = answers[uid][name] or b""
            if not isinstance(part, bytes) or len(part) > size:
                raise OverflowError("a part is not what was asked for")
            return part

    def find_alive(self, uids: Sequence[int]) -> set[int]:
        """Return those of ``uids`` that the mailbox holds now.

        Some servers answer a FETCH of a message that is gone with one that they make up.
        """
        with self._asking(Stage.READ) as client:
            client.noop()
            return set(client.search_uids(f"UID {uid_set(uids)}"))

    def move(self, uids: Sequence[int], folder: str, size: int) -> None:
        """Move messages (RFC 6851 §3.2); those that are gone are passed over."""
        with self._asking(Stage.FILE, size) as client:
            client.move(uids, folder)

    def copy(self, uids: Sequence[int], folder: str, size: int) -> None:
        """Copy messages; each call makes another copy."""
        with self._asking(Stage.FILE, size) as client:
            client.copy(uids, folder)

    def remove(self, uids: Sequence[int], size: int) -> None:
        """Delete these messages and no others (RFC 4315 §2.1): never a plain EXPUNGE."""
        with self._asking(Stage.FILE, size) as client:
            client.add_flags(uids, [rb"\Deleted"], silent=True)
            client.uid_expunge(uids)

    def add_keyword(self, uids: Sequence[int], keyword: str) -> None:
        """Set ``keyword`` on messages; those that are gone are passed over."""
        with self._asking(Stage.FILE) as client:
            client.add_flags(uids, [keyword.encode()], silent=True)

    def personal_namespace(self) -> tuple[str, str]:
        """Return the prefix and the delimiter of the user's own folders (RFC 2342 §5)."""
        with self._asking(Stage.FILE) as client:
            if self.has("NAMESPACE"):
                spaces = client.namespace().personal or (("", "/"),)
                return str(spaces[0][0]), str(spaces[0][1] or "/")
            root = client.list_folders("", "")
            return "", decoded(root[0][1] or b"/") if root else "/"

    def create_folder(self, folder: str) -> None:
        """Make ``folder`` and show it in mail programs."""
        with self._asking(Stage.FILE) as client:
            client.create_folder(folder)
            client.subscribe_folder(folder)

    def _try_to_enter(self) -> bool:
        """Connect and log in; return False if a second try may do."""
        try:
            self._connect()
            with self._asking(Stage.LOGIN) as client:
                log_in(client, self._options, self._remember)
                self._capabilities = frozenset(decoded(c) for c in client.capabilities())
        except BaseException as error:
            self._drop()
            if isinstance(error, LoginRefused) and self._may_try_again(error):
                return False
            raise
        return True

    def _may_try_again(self, refusal: LoginRefused) -> bool:
        """Say whether the refusal may pass: no reason was given, or a new token may do."""
        self._refusals += 1
        may_pass = refusal.is_plain or self._options.token_provider is not None
        return may_pass and self._refusals < _MOST_REFUSALS

    def _connect(self) -> None:
        self._cut_off = CutOff()
        with self._translating(Stage.CONNECT), self._cut_off.after(self._connect_s):
            self._client = client = Client(self._options, self._cut_off)
            if client.welcome.upper().startswith(b"* PREAUTH"):
                raise SourceRefused(
                    f"{self._where} says that we are logged in already: we are not.",
                    remedy="Somebody in between may be keeping the session from being encrypted: "
                    'set security = "tls" and its port, usually 993.',
                )  # RFC 8314 §3: STARTTLS is not allowed any more then
            if self._options.security == "starttls":
                self._encrypt(client)

    @property
    def _connect_s(self) -> float:
        return self._options.connect_timeout_s + self._options.deadline_s

    def _encrypt(self, client: Client) -> None:
        if not client.has_capability("STARTTLS"):
            raise SourceRefused(
                f"{self._where} offers no encryption (STARTTLS): nothing was sent.",
                remedy='Set security = "tls" and its port, usually 993; if the server should '
                "offer STARTTLS, somebody in between may be taking it out.",
            )
        client.starttls(tls_context(self._options))
        check_pin(client.socket(), self._options)

    @contextmanager
    def _asking(self, stage: Stage, size: int = 0) -> Iterator[Client]:
        """Lend the client for one command whose answer holds ``size`` bytes of messages."""
        client = self._client
        if client is None:
            raise SessionBroken(f"There is no connection to {self._where}.", code="connection")
        client.allow(size)
        patience_s = self._options.deadline_s + size / self._options.slowest_bytes_per_s
        with self._translating(stage), self._cut_off.after(patience_s):
            yield client

    @contextmanager
    def _translating(self, stage: Stage) -> Iterator[None]:
        """Turn what the libraries raise into our errors.

        Their errors quote what the server sent, be it a citizen's mail or our own password: they
        are not kept as the cause.
        """
        try:
            yield
        except imaplib.IMAP4.readonly:
            raise SourceRefused(
                f"{self._where} lets us read {self._options.mailbox}, not change it.",
                remedy='Give this user the right to move messages, or set after_receive = "leave".',
            ) from None
        except imaplib.IMAP4.abort as error:
            self._end(error)
        except OSError as error:
            if stage is Stage.CONNECT and not self._cut_off.has_fired:
                raise faults.unreachable(error, self._where) from None
            self._end(error)
        except NONSENSE as error:
            self._drop()
            raise faults.no_sense(error, self._where) from None
        except imaplib.IMAP4.error as error:
            if isinstance(error.__context__, imaplib.IMAP4.abort):
                self._end(error.__context__)  # a cut during a log-in comes as a refusal of it
            self._refuse(error, stage)

    def _end(self, error: Exception) -> NoReturn:
        farewell = self._client.farewell if self._client else ""
        fired = self._cut_off.has_fired
        self._drop()
        raise faults.broken_off(error, farewell, self._where, timed_out=fired) from None

    def _refuse(self, error: Exception, stage: Stage) -> NoReturn:
        text = decoded(error.args[0] if error.args else "")
        if self._secret:
            text = text.replace(self._secret, "***")  # some servers repeat a line they dislike
        raise faults.answered_no(
            text, stage, self._where, login_remedy=self._login_remedy
        ) from None

    def _remember(self, secret: str) -> None:
        self._secret = secret

    def _drop(self) -> None:
        """Let the connection go without a word."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError):
                client.shutdown()
        self._cut_off.close()


def _listed(uid: int, answer: Mapping[bytes, Any]) -> Listed:
    size = answer.get(b"RFC822.SIZE")
    date = internal_date(answer.get(b"INTERNALDATE"))
    return Listed(uid, size if isinstance(size, int) else None, date)
