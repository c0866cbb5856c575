"""Maildir: the unique name is the identity; flags, tmp and other folders are left alone."""

import pytest

from intake.connectors.maildir import MaildirConnector
from intake.errors import SourceUnavailable
from intake.testing.contracts import read, receipt_of


@pytest.fixture
def mailbox(tmp_path):
    for name in ("tmp", "new", "cur"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def make(mailbox):
    def make(**options):
        options = MaildirConnector.options_model(path=mailbox, **options)
        return MaildirConnector("post", options)

    return make


def poll(connector):
    with connector:
        return list(connector.poll(after=None, limit=100))


def test_new_and_read_messages_are_items_and_nothing_else_is(mailbox, make):
    (mailbox / "new" / "1.M1.host").write_bytes(b"new")
    (mailbox / "cur" / "2.M1.host:2,S").write_bytes(b"read")
    (mailbox / "tmp" / "3.M1.host").write_bytes(b"half")
    (mailbox / "cur" / ".nfs0001").write_bytes(b"x")
    (mailbox / "dovecot-uidlist").write_bytes(b"x")
    (mailbox / ".Sent" / "cur").mkdir(parents=True)
    (mailbox / ".Sent" / "cur" / "4.M1.host:2,S").write_bytes(b"sent")
    assert sorted(read(item) for item in poll(make())) == [b"new", b"read"]


def test_the_key_survives_flags_and_the_way_from_new_to_cur(mailbox, make):
    (mailbox / "new" / "1.M1.host").write_bytes(b"message")
    (before,) = poll(make())
    (mailbox / "new" / "1.M1.host").rename(mailbox / "cur" / "1.M1.host:2,FS")
    (after,) = poll(make())
    assert before.key == after.key


def test_the_key_survives_a_restored_backup(mailbox, make):
    path = mailbox / "new" / "1.M1.host"
    path.write_bytes(b"message")
    (before,) = poll(make())
    path.rename(mailbox / "tmp" / "old")
    path.write_bytes(b"message")
    (after,) = poll(make())
    assert before.key == after.key


def test_another_message_under_a_name_used_before_is_a_new_item(mailbox, make):
    path = mailbox / "new" / "1"
    path.write_bytes(b"message")
    (before,) = poll(make())
    path.write_bytes(b"another")
    (after,) = poll(make())
    assert before.key != after.key


def test_messages_move_with_their_flags(mailbox, make):
    (mailbox / "cur" / "2.M1.host:2,S").write_bytes(b"read")
    (item,) = poll(make(after_receive="move"))
    pair = (item, receipt_of(item))
    (mailbox / "cur" / "2.M1.host:2,S").rename(mailbox / "cur" / "2.M1.host:2,RS")
    make(after_receive="move").acknowledge([pair])
    assert (mailbox / ".processed" / "cur" / "2.M1.host:2,RS").read_bytes() == b"read"


def test_a_folder_that_is_no_maildir_is_unavailable(mailbox, make):
    (mailbox / "new").rmdir()
    with pytest.raises(SourceUnavailable):
        poll(make())
