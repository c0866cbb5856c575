"""A mailbox of each test's own on a real server, and a server that lies as it is told."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

import pytest

from intake.connectors.imap import ImapConnector
from intake.connectors.imap_options import ImapOptions
from intake.schemas.receipts import RawItem
from intake.testing.dovecot import Dovecot

PASSWORD = "segreto-1"
_NUMBERS = count(1)


@dataclass
class Mailbox:
    """One user's mail on a Dovecot."""

    server: Dovecot
    user: str

    def deliver(self, *messages: bytes, folder: str = "INBOX") -> None:
        for message in messages:
            self.server.deliver(self.user, message, folder=folder)

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        return self.server.messages(self.user, folder)

    def doveadm(self, command: str, *arguments: str) -> str:
        return self.server.doveadm(*command.split(), "-u", self.user, *arguments)

    def flags(self, folder: str = "INBOX") -> list[str]:
        """Return the flags of each message."""
        table = self.doveadm("-f tab fetch", "flags", "mailbox", folder)
        return table.splitlines()[1:]

    def options(self, **changes: object) -> ImapOptions:
        return ImapOptions(
            **{
                "host": self.server.host,
                "port": self.server.tls_port,
                "ca_file": self.server.ca_file,
                "username": self.user,
                "password": {"env": "MAILBOX_PASSWORD"},
            }
            | changes
        )

    def connector(self, **changes: object) -> ImapConnector:
        return ImapConnector("urp", self.options(**changes))


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILBOX_PASSWORD", PASSWORD)


@pytest.fixture
def new_mailbox() -> Callable[[Dovecot], Mailbox]:
    """Return a function that makes a user with an empty mailbox."""

    def make(server: Dovecot) -> Mailbox:
        user = f"utente{next(_NUMBERS)}"
        server.add_user(user, PASSWORD)
        return Mailbox(server, user)

    return make


@pytest.fixture
def mailbox(dovecot: Dovecot, new_mailbox: Callable[[Dovecot], Mailbox]) -> Mailbox:
    return new_mailbox(dovecot)


@pytest.fixture
def read() -> Callable[[RawItem], bytes]:
    return lambda item: b"".join(item.chunks())


Answer = bytes | Iterable[bytes] | None
"""What is sent: at once, piece by piece, or nothing, and the connection is closed."""


@dataclass
class ScriptedServer:
    """A small IMAP server on loopback. ``answers`` maps a pattern of commands to a lie."""

    messages: dict[int, bytes] = field(default_factory=dict)
    answers: dict[str, Callable[[str], Answer]] = field(default_factory=dict)
    capabilities: str = "IMAP4rev1 UIDPLUS MOVE"
    uidvalidity: str = "* OK [UIDVALIDITY 7] valid"
    greeting: bytes = b"* OK ready\r\n"
    commands: list[str] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        with suppress(OSError):  # it was closed by the test
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def options(self, **changes: object) -> ImapOptions:
        known = {"host": "127.0.0.1", "port": self.port, "security": "plain", "username": "urp"}
        return ImapOptions(**known | {"password": {"env": "MAILBOX_PASSWORD"}} | changes)

    def connector(self, **changes: object) -> ImapConnector:
        return ImapConnector("urp", self.options(**changes))

    def count(self, pattern: str) -> int:
        """Return how many commands fit ``pattern``."""
        return sum(bool(re.search(pattern, command)) for command in self.commands)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError, ValueError), connection.makefile("rb") as lines:
            connection.sendall(self.greeting)
            for line in lines:
                tag, command = line.decode("latin-1").strip().split(" ", 1)
                self.commands.append(command)
                answer = self._answer(command)
                if answer is None:
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                for piece in [answer] if isinstance(answer, bytes) else answer:
                    connection.sendall(piece.replace(b"{tag}", tag.encode()))

    def _answer(self, command: str) -> Answer:
        for pattern, lie in self.answers.items():
            if re.search(pattern, command):
                return lie(command)
        return self._honest(command)

    def _honest(self, command: str) -> bytes:
        done = b"{tag} OK done\r\n"
        if command.startswith("CAPABILITY"):
            return f"* CAPABILITY {self.capabilities}\r\n".encode() + done
        if command.startswith(("SELECT", "EXAMINE")):
            head = f"* {len(self.messages)} EXISTS\r\n{self.uidvalidity}\r\n"
            return head.encode() + b"* OK [PERMANENTFLAGS (\\*)] kept\r\n" + done
        if command.startswith("LOGOUT"):
            return b"* BYE\r\n" + done
        if command.startswith("UID SEARCH"):
            found = " ".join(str(uid) for uid in self._named(command))
            return f"* SEARCH {found}\r\n".encode() + done
        if command.startswith("UID FETCH"):
            return b"".join(self._fetched(uid, command) for uid in self._named(command)) + done
        if command.startswith("UID MOVE"):
            for uid in self._named(command):
                del self.messages[uid]
        return done

    def _named(self, command: str) -> list[int]:
        found = re.search(r"(?:UID (?:SEARCH UID|FETCH|MOVE)) (\S+)", command)
        ranges = [part.partition(":") for part in (found[1] if found else "1:*").split(",")]
        top = max(self.messages, default=0)
        bounds = [(int(a), top if b == "*" else int(b or a)) for a, _, b in ranges]
        return [u for u in sorted(self.messages) if any(a <= u <= b for a, b in bounds)]

    def _fetched(self, uid: int, command: str) -> bytes:
        body = self.messages[uid]
        sequence = sorted(self.messages).index(uid) + 1
        part = re.search(r"BODY\.PEEK\[\](?:<(\d+)\.(\d+)>)?", command)
        if part is None:
            facts = f'RFC822.SIZE {len(body)} INTERNALDATE "05-Jan-2026 10:00:00 +0100"'
            return f"* {sequence} FETCH (UID {uid} {facts})\r\n".encode()
        name = "BODY[]"
        if part[1]:
            start = int(part[1])
            body, name = body[start : start + int(part[2])], f"BODY[]<{start}>"
        head = f"* {sequence} FETCH (UID {uid} {name} {{{len(body)}}}\r\n"
        return head.encode() + body + b")\r\n"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    scripted = ScriptedServer()
    yield scripted
    scripted.close()
