"""Messages are received from a real IMAP server, and marked there as the options say."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from intake.connectors import imap
from intake.errors import ItemGone, SourceRefused, TransientFailure
from intake.testing.dovecot import Dovecot

ALL = 10_000


def mail(number, size=200):
    head = f"From: cittadino@example.org\r\nSubject: numero {number}\r\n\r\n".encode()
    return head + b"x" * (size - len(head) - 2) + b"\r\n"


def take(connector, read, after=None, limit=ALL):
    """Receive and acknowledge in groups of ten, as the pipeline does; return the items."""
    items, group = [], []
    for item in connector.poll(after=after, limit=limit):
        read(item)
        group.append((item, None))
        items.append(item)
        if len(group) == 10:
            connector.acknowledge(group)
            group = []
    connector.acknowledge(group)
    return items


def keys(connector, after=None):
    return [item.key for item in connector.poll(after=after, limit=ALL)]


def test_messages_are_read_verbatim_and_moved(mailbox, read):
    sent = [mail(number, size=100 + number) for number in range(25)]
    mailbox.deliver(*sent)
    with mailbox.connector() as connector:
        items = list(connector.poll(after=None, limit=ALL))
        assert [read(item) for item in items] == sent
        connector.acknowledge([(item, None) for item in items])
    assert mailbox.messages() == []
    assert mailbox.messages("Processed") == sent


def test_an_item_says_what_the_server_knows(mailbox):
    mailbox.deliver(mail(1))
    with mailbox.connector(after_receive="leave") as connector:
        [item] = connector.poll(after=None, limit=ALL)
    epoch = item.attributes["uidvalidity"]
    assert item.attributes == {"mailbox": "INBOX", "uidvalidity": epoch, "uid": "1"}
    assert item.key == f"INBOX:{epoch}:1"
    assert item.cursor == f"{epoch}:1"
    assert (item.source, item.profile, item.size_bytes) == ("urp", "mail", 200)
    assert item.received_at_by == "server"
    assert item.received_at.tzinfo == UTC
    assert abs(item.received_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_poll_sets_no_flag_and_finds_the_same_again(mailbox, read):
    mailbox.deliver(mail(1), mail(2))
    for after_receive in ("move", "keyword", "leave"):
        with mailbox.connector(after_receive=after_receive) as connector:
            connector.check()
            first = [(item.key, read(item)) for item in connector.poll(after=None, limit=ALL)]
            second = [(item.key, read(item)) for item in connector.poll(after=None, limit=ALL)]
        assert len(first) == 2
        assert first == second
    assert all("\\Seen" not in flags for flags in mailbox.flags())


def test_a_long_message_is_read_in_parts_and_sets_no_flag(mailbox, read):
    sent = [mail(1), mail(2, size=300_001), mail(3)]
    mailbox.deliver(*sent)
    with mailbox.connector(batch_bytes=50_000, chunk_bytes=65_536) as connector:
        items = list(connector.poll(after=None, limit=ALL))
        assert [read(item) for item in items] == sent
        chunks = [len(chunk) for chunk in items[1].chunks()]
    assert max(chunks) == 65_536
    assert all("\\Seen" not in flags for flags in mailbox.flags())


def test_what_others_did_to_a_message_does_not_hide_it(mailbox, read):
    mailbox.deliver(mail(1), mail(2))
    mailbox.doveadm("flags add", r"\Seen \Deleted \Flagged", "mailbox", "INBOX", "1")
    with mailbox.connector() as connector:
        assert len(take(connector, read)) == 2
    assert len(mailbox.messages("Processed")) == 2


def test_messages_get_a_keyword_and_stay(mailbox, read):
    mailbox.deliver(mail(1), mail(2))
    with mailbox.connector(after_receive="keyword", keyword="$Ricevuto") as connector:
        items = take(connector, read)
        mailbox.deliver(mail(3))
        assert len(keys(connector, after=items[-1].cursor)) == 1
    assert [("$Ricevuto" in flags) for flags in mailbox.flags()] == [True, True, False]


def test_a_message_without_the_keyword_is_listed_although_the_cursor_is_past_it(mailbox, read):
    mailbox.deliver(mail(1), mail(2), mail(3))
    with mailbox.connector(after_receive="keyword") as connector:
        items = list(connector.poll(after=None, limit=ALL))
        connector.acknowledge([(items[0], None), (items[2], None)])
        assert keys(connector, after=items[2].cursor) == [items[1].key]


def test_messages_are_left_and_the_cursor_leads_past_them(mailbox, read):
    mailbox.deliver(mail(1), mail(2))
    with mailbox.connector(after_receive="leave") as connector:
        items = take(connector, read)
        assert keys(connector, after=items[0].cursor) == [items[1].key]
        assert keys(connector, after=items[1].cursor) == []
    assert len(mailbox.messages()) == 2
    assert all("Intake" not in flags for flags in mailbox.flags())


def test_a_cursor_is_not_needed_where_messages_are_moved(mailbox, read):
    mailbox.deliver(mail(1), mail(2))
    with mailbox.connector() as connector:
        items = list(connector.poll(after=None, limit=ALL))
        later = f"{items[-1].attributes['uidvalidity']}:{items[-1].attributes['uid']}"
        assert keys(connector, after=later) == [item.key for item in items]
        assert {item.cursor for item in items} == {None}


def test_a_mailbox_made_anew_is_listed_whole_with_new_keys(mailbox):
    mailbox.deliver(mail(1), mail(2))
    with mailbox.connector(after_receive="leave") as connector:
        before = list(connector.poll(after=None, limit=ALL))
    mailbox.doveadm("mailbox update", "--uid-validity", "4711", "INBOX")
    with mailbox.connector(after_receive="leave") as connector:
        after = keys(connector, after=before[-1].cursor)
    assert after == ["INBOX:4711:1", "INBOX:4711:2"]


def test_acknowledging_items_of_another_epoch_touches_nothing(mailbox):
    mailbox.deliver(mail(1))
    with mailbox.connector() as connector:
        old = list(connector.poll(after=None, limit=ALL))
    mailbox.doveadm("mailbox update", "--uid-validity", "4711", "INBOX")
    with mailbox.connector() as connector:
        connector.acknowledge([(item, None) for item in old])
    assert len(mailbox.messages()) == 1


def test_acknowledging_twice_moves_once(mailbox, read):
    mailbox.deliver(mail(1), mail(2))
    with mailbox.connector() as connector:
        items = take(connector, read)
        connector.acknowledge([(item, None) for item in items])
    with mailbox.connector() as connector:
        connector.acknowledge([(item, None) for item in items])
    assert len(mailbox.messages("Processed")) == 2


def test_a_message_that_left_after_the_listing_is_gone(mailbox, read):
    mailbox.deliver(mail(1), mail(2), mail(3))
    with mailbox.connector() as connector:
        items = list(connector.poll(after=None, limit=ALL))
        mailbox.doveadm("expunge", "mailbox", "INBOX", "uid", "2")
        assert read(items[0]) == mail(1)
        with pytest.raises(ItemGone):
            read(items[1])
        assert read(items[2]) == mail(3)
        connector.acknowledge([(item, None) for item in items])
    assert mailbox.messages("Processed") == [mail(1), mail(3)]


def test_a_long_message_that_left_after_the_listing_is_gone(mailbox, read):
    mailbox.deliver(mail(1, size=90_000))
    with mailbox.connector(batch_bytes=1000) as connector:
        [item] = connector.poll(after=None, limit=ALL)
        mailbox.doveadm("expunge", "mailbox", "INBOX", "uid", "1")
        with pytest.raises(ItemGone):
            read(item)


@pytest.mark.parametrize("is_there", [True, False], ids=["not readable", "not a file"])
def test_a_broken_file_on_the_server_costs_only_itself(mailbox, read, is_there):
    mailbox.deliver(*(mail(number) for number in range(9)))
    with mailbox.connector() as connector:
        items = list(connector.poll(after=None, limit=ALL))
        box = mailbox.server.folder / "mail" / mailbox.user
        file = sorted(path for part in ("cur", "new") for path in (box / part).iterdir())[4]
        if is_there:
            file.chmod(0)
        else:
            file.unlink()
            file.mkdir()
        outcomes = {}
        for number, item in enumerate(items):
            try:
                outcomes[number] = read(item)
            except TransientFailure as error:
                outcomes[number] = error
    assert isinstance(outcomes.pop(4), TransientFailure)
    assert outcomes == {number: mail(number) for number in range(9) if number != 4}


def test_a_mailbox_of_many_windows_is_read_whole_and_in_order(mailbox, read, monkeypatch):
    monkeypatch.setattr(imap, "_WINDOW", 5)
    monkeypatch.setattr(imap, "_LISTING", 3)
    mailbox.deliver(*(mail(number) for number in range(40)))
    mailbox.doveadm("expunge", "mailbox", "INBOX", "uid", "1:7,12:20")
    with mailbox.connector(after_receive="leave") as connector:
        uids = [item.attributes["uid"] for item in connector.poll(after=None, limit=ALL)]
        assert uids == [str(uid) for uid in (*range(8, 12), *range(21, 41))]
        cursor = f"{mailbox_epoch(connector)}:30"
        assert len(keys(connector, after=cursor)) == 10
    with mailbox.connector() as connector:
        assert len(take(connector, read, limit=17)) == 17
        assert len(take(connector, read)) == 7
    assert len(mailbox.messages("Processed")) == 24


def mailbox_epoch(connector):
    return next(iter(connector.poll(after=None, limit=1))).attributes["uidvalidity"]


def test_another_mailbox_than_the_inbox_can_be_read(mailbox, read):
    mailbox.deliver(mail(1), folder="Città")
    box = mailbox.server.folder / "mail" / mailbox.user
    (box / ".Città").rename(box / ".Citt&AOA-")  # RFC 3501 §5.1.3: the name as it is stored
    with mailbox.connector(mailbox="Città", processed_folder="Città/Fatto") as connector:
        [item] = take(connector, read)
    assert item.key.startswith("Città:")
    assert mailbox.messages("Citt&AOA-/Fatto") == [mail(1)]


def test_a_mailbox_that_does_not_exist_is_refused_with_what_to_do(mailbox):
    with mailbox.connector(mailbox="Protocollo") as connector:
        with pytest.raises(SourceRefused, match="Protocollo") as caught:
            connector.check()
        assert "`mailbox`" in caught.value.remedy


def test_nothing_of_a_message_or_a_password_is_logged(mailbox, read, caplog):
    caplog.set_level(logging.DEBUG)
    mailbox.deliver(b"Subject: RSSMRA80A01H501U\r\n\r\nil mio segreto\r\n")
    with mailbox.connector() as connector:
        take(connector, read)
    assert "RSSMRA" not in caplog.text
    assert "segreto" not in caplog.text


@pytest.fixture(scope="module")
def simple_server():
    """Return a server without MOVE, whose folders are all under the inbox."""
    with Dovecot(namespace=("INBOX.", "."), capabilities="IMAP4rev1 NAMESPACE UIDPLUS") as server:
        yield server


def test_without_move_messages_are_copied_and_only_they_expunged(simple_server, new_mailbox, read):
    mailbox = new_mailbox(simple_server)
    mailbox.deliver(*(mail(number) for number in range(12)))
    with mailbox.connector() as connector:
        items = list(connector.poll(after=None, limit=11))
        mailbox.doveadm("flags add", r"\Deleted", "mailbox", "INBOX", "uid", "12")
        connector.acknowledge([(item, None) for item in items])
        connector.acknowledge([(item, None) for item in items])
    assert mailbox.messages() == [mail(11)], "somebody else's deleted message must stay"
    assert mailbox.messages("INBOX.Processed") == [mail(number) for number in range(11)]


def test_a_copy_that_was_not_expunged_is_not_copied_again(simple_server, new_mailbox, read):
    mailbox = new_mailbox(simple_server)
    mailbox.deliver(mail(1), mail(2))
    with mailbox.connector() as connector:
        items = list(connector.poll(after=None, limit=ALL))
        mailbox.doveadm("mailbox create", "INBOX.Processed")
        mailbox.doveadm("copy", "INBOX.Processed", "mailbox", "INBOX", "uid", "1")
        mailbox.doveadm("flags add", r"\Deleted", "mailbox", "INBOX", "uid", "1")
        connector.acknowledge([(item, None) for item in items])
    assert mailbox.messages() == []
    assert sorted(mailbox.messages("INBOX.Processed")) == [mail(1), mail(2)]


def test_where_folders_hang_under_the_inbox_the_folder_is_made_there(
    simple_server, new_mailbox, read
):
    mailbox = new_mailbox(simple_server)
    mailbox.deliver(mail(1))
    with mailbox.connector(processed_folder="Intake/Fatto") as connector:
        take(connector, read)
    assert mailbox.messages("INBOX.Intake.Fatto") == [mail(1)]
    mailbox.deliver(mail(2))
    with mailbox.connector(processed_folder="INBOX.Intake.Fatto") as connector:
        take(connector, read)
    assert len(mailbox.messages("INBOX.Intake.Fatto")) == 2


def test_where_no_message_can_be_taken_out_alone_it_gets_a_keyword(new_mailbox, read, caplog):
    with Dovecot(capabilities="IMAP4rev1") as server:
        mailbox = new_mailbox(server)
        mailbox.deliver(mail(1))
        with mailbox.connector() as connector:
            take(connector, read)
        assert "IntakeReceived" in mailbox.flags()[0]
    assert "cannot mark messages as configured" in caplog.text


def test_a_restart_of_the_server_in_the_middle_of_a_poll_is_survived(new_mailbox, read):
    with Dovecot() as server:
        mailbox = new_mailbox(server)
        mailbox.deliver(mail(1), mail(2))
        with mailbox.connector() as connector:
            items = list(connector.poll(after=None, limit=ALL))
            server.restart()
            assert [read(item) for item in items] == [mail(1), mail(2)]
            connector.acknowledge([(item, None) for item in items])
        assert len(mailbox.messages("Processed")) == 2
