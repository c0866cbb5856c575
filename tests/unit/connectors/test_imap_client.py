"""The client formats no message for a log, and writes sequence sets that servers understand."""

import imaplib

import pytest

from intake.connectors import imap_client
from intake.connectors.imap_client import Client, uid_set
from intake.connectors.imap_options import ImapOptions
from intake.connectors.imap_wire import CutOff


class Unprintable(bytes):
    """The body of a message, which nobody may format."""

    def __repr__(self):
        raise AssertionError("a message was formatted for a log")


class Machine(imaplib.IMAP4):
    """The library's protocol machine without a connection."""

    class Socket:
        def settimeout(self, _seconds): ...

    def __init__(self, *_):
        self.untagged_responses = {}
        self.sock = self.Socket()


@pytest.fixture
def client(monkeypatch):
    monkeypatch.setattr(imap_client, "Wire", Machine)
    return Client(ImapOptions(host="h", username="u", password={"env": "P"}), CutOff())


def receive_a_message(client):
    client._imap._append_untagged("FETCH", (b"1 (BODY[] {4}", Unprintable(b"ciao")))


def test_no_message_is_formatted_for_a_log(client):
    receive_a_message(client)
    assert client._imap.untagged_responses["FETCH"][0][1] == b"ciao"


def test_the_library_would_format_every_message_if_it_were_let(client):
    client._imap.debug = 5
    with pytest.raises(AssertionError, match="formatted"):
        receive_a_message(client)


@pytest.mark.parametrize(
    ("uids", "written"),
    [
        ([7], "7"),
        ([1, 2, 3], "1:3"),
        ([9, 1, 2, 9, 4], "1:2,4,9"),
        (range(1, 10_001, 2), ",".join(str(uid) for uid in range(1, 10_001, 2))),
    ],
    ids=["one", "range", "unsorted", "gaps"],
)
def test_uids_are_written_as_ranges(uids, written):
    assert uid_set(uids) == written
