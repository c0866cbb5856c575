"""The connectors that read mailboxes keep the promises of a connector, on a real server."""

import imaplib
from contextlib import suppress
from itertools import count
from typing import ClassVar

import pytest

from intake.connectors.fax_email import FaxEmailConnector
from intake.connectors.imap import ImapConnector
from intake.connectors.imap_options import ImapOptions
from intake.connectors.pec import PecConnector
from intake.errors import SourceUnavailable
from intake.testing.contracts import ConnectorContract
from intake.testing.dovecot import Dovecot

_PASSWORD = "buongiorno"
_NUMBERS = count(1)


class MailboxWorld:
    """A mailbox of its own on the session's server."""

    def __init__(self, server: Dovecot) -> None:
        self.server = server
        self.user = f"contract{next(_NUMBERS)}"
        self.port = server.tls_port
        server.add_user(self.user, _PASSWORD)

    def put(self, content: bytes) -> bytes:
        """Deliver; IMAP has no line ends but CRLF and no NUL (RFC 9051 §9, ``CHAR8``)."""
        self.server.deliver(self.user, content)
        lines = content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return lines.replace(b"\0", b"\x80")  # what Dovecot gives instead

    def snapshot(self) -> object:
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(self.user, _PASSWORD)
            folders = sorted(line.split()[-1].decode() for line in client.list()[1])
            return {folder: self._messages(client, folder) for folder in folders}

    def take_away_oldest(self) -> None:
        with imaplib.IMAP4(self.server.host, self.server.port) as client:
            client.login(self.user, _PASSWORD)
            client.select()
            client.store("1", "+FLAGS", r"(\Deleted)")
            client.expunge()

    def become_unreachable(self) -> None:
        self.port = 9  # discard: nobody listens there
        with suppress(SourceUnavailable):  # it is not logged in
            self.server.doveadm("kick", self.user)

    @staticmethod
    def _messages(client: imaplib.IMAP4, folder: str) -> object:
        client.select(folder, readonly=True)
        found = client.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")[1]
        # \Recent belongs to a session, not to the message (RFC 3501 §2.3.2).
        return [_flat(part).replace(rb"\Recent", b"") for part in found if part is not None]


def _flat(part: bytes | tuple[bytes, ...]) -> bytes:
    return part if isinstance(part, bytes) else b"".join(part)


class TestImapMoving(ConnectorContract):
    connector_class = ImapConnector
    options: ClassVar[dict[str, object]] = {}

    @pytest.fixture
    def world(self, dovecot):
        return MailboxWorld(dovecot)

    @pytest.fixture
    def connector(self, world, monkeypatch):
        monkeypatch.setenv("MAILBOX_PASSWORD", _PASSWORD)

        def make() -> ImapConnector:
            options = self.connector_class.options_model(
                host=world.server.host,
                port=world.port,
                ca_file=world.server.ca_file,
                username=world.user,
                password={"env": "MAILBOX_PASSWORD"},
                **self.options,
            )
            return self.connector_class("mailbox", options)

        return make


class TestImapWithKeyword(TestImapMoving):
    removes_on_acknowledge = False
    options: ClassVar[dict[str, object]] = {"after_receive": "keyword"}


class TestImapLeaving(TestImapMoving):
    removes_on_acknowledge = False
    options: ClassVar[dict[str, object]] = {"after_receive": "leave"}


class TestImapInSmallBatches(TestImapMoving):
    options: ClassVar[dict[str, object]] = {
        "batch_messages": 2,
        "batch_bytes": 4096,
        "chunk_bytes": 65_536,
    }


class TestPec(TestImapMoving):
    connector_class = PecConnector


class TestFaxEmail(TestImapMoving):
    connector_class = FaxEmailConnector


def test_connectors_of_mail_name_the_parser_that_reads_them():
    profiles = {c.kind: c.profile for c in (ImapConnector, PecConnector, FaxEmailConnector)}
    assert profiles == {"imap": "mail", "pec": "pec", "fax_email": "fax"}
    assert all(
        issubclass(c.options_model, ImapOptions)
        for c in (ImapConnector, PecConnector, FaxEmailConnector)
    )
