"""Messages are read in batches, and a bad one costs its neighbours nothing."""

import math

import pytest

from intake.connectors.imap_bodies import MOST_FAULTS, Bodies
from intake.connectors.imap_faults import SessionBroken
from intake.connectors.imap_options import ImapOptions
from intake.connectors.imap_session import Listed
from intake.errors import ItemGone, SourceUnavailable, TransientFailure


class FakeSession:
    """A mailbox in memory that misbehaves as told."""

    def __init__(self, messages):
        self.messages = dict(messages)
        self.poison = {}
        """UID -> code of the fault that every fetch with it ends with."""
        self.silent = set()
        self.invented = {}
        self.changing = set()
        self.fetched = []
        self.reopened = 0
        self.is_down = False
        self.cuts = 0

    def listed(self):
        return [Listed(uid, len(body), None) for uid, body in sorted(self.messages.items())]

    def reopen(self):
        self.reopened += 1
        if self.is_down:
            raise SourceUnavailable("down")

    def read_bodies(self, uids, expected_bytes):
        self.fetched.append(list(uids))
        for uid in uids:
            if uid in self.poison:
                raise SessionBroken("bad", code=self.poison[uid])
        found = {u: self._body(u) for u in uids if u in self.messages and u not in self.silent}
        return found | {u: body for u, body in self.invented.items() if u in uids}

    def read_part(self, uid, offset, size):
        self.fetched.append((uid, offset))
        if self.cuts:
            self.cuts -= 1
            raise SessionBroken("cut", code="connection")
        if uid not in self.messages or uid in self.silent:
            return None
        return self._body(uid)[offset : offset + size]

    def find_alive(self, uids):
        return {uid for uid in uids if uid in self.messages}

    def _body(self, uid):
        if uid in self.changing:
            self.messages[uid] = bytes([self.messages[uid][0] ^ 1]) + self.messages[uid][1:]
        return self.messages[uid]


def options(**changes):
    return ImapOptions(host="h", username="u", password={"env": "P"}, **changes)


def mailbox(count, size=100):
    return FakeSession({uid: bytes([uid % 256]) * size for uid in range(1, count + 1)})


def read_all(session, listed=None, **changes):
    """Read every listed message; return what each ended with."""
    listed = listed or session.listed()
    bodies = Bodies(session, options(**changes))
    outcomes = {}
    for message in listed:
        try:
            outcomes[message.uid] = b"".join(bodies.read(message, listed))
        except TransientFailure as error:
            outcomes[message.uid] = error
    return outcomes


def test_two_hundred_messages_cost_one_fetch():
    session = mailbox(450)
    assert read_all(session) == session.messages
    assert [len(uids) for uids in session.fetched] == [200, 200, 50]


def test_a_batch_holds_no_more_bytes_than_allowed():
    session = mailbox(10, size=1000)
    assert read_all(session, batch_bytes=3500) == session.messages
    assert [len(uids) for uids in session.fetched] == [3, 3, 3, 1]


def test_a_message_may_be_read_alone_and_out_of_order():
    session = mailbox(5)
    listed = session.listed()
    bodies = Bodies(session, options())
    assert b"".join(bodies.read(listed[3], listed)) == session.messages[4]
    assert b"".join(bodies.read(listed[0], listed)) == session.messages[1]
    assert b"".join(bodies.read(listed[3], listed)) == session.messages[4]


@pytest.mark.parametrize("code", ["protocol", "refused", "connection", "timeout"])
@pytest.mark.parametrize("bad", [1, 2, 77, 199, 200])
def test_one_bad_message_is_found_and_its_neighbours_are_read(code, bad):
    session = mailbox(200)
    session.poison = {bad: code}
    outcomes = read_all(session)
    failure = outcomes.pop(bad)
    assert isinstance(failure, TransientFailure)
    assert failure.code == code
    assert outcomes == {uid: body for uid, body in session.messages.items() if uid != bad}
    assert session.reopened <= (2 if code == "timeout" else math.ceil(math.log2(200)) + 1)


def test_two_bad_messages_in_a_batch_are_both_found():
    session = mailbox(200)
    session.poison = {50: "protocol", 150: "protocol"}
    outcomes = read_all(session)
    assert {u for u, found in outcomes.items() if isinstance(found, Exception)} == {50, 150}


def test_a_single_message_gets_a_second_chance_after_a_cut():
    session = mailbox(1)
    session.poison = {1: "connection"}
    [failure] = read_all(session).values()
    assert isinstance(failure, TransientFailure)
    assert len(session.fetched) == 2


def test_a_server_that_is_down_ends_the_poll_and_charges_no_message():
    session = mailbox(3)
    session.poison = {1: "connection"}
    session.is_down = True
    with pytest.raises(SourceUnavailable, match="down"):
        read_all(session)


def test_a_server_that_breaks_at_everything_is_given_up():
    session = mailbox(100)
    session.poison = dict.fromkeys(range(1, 101), "protocol")
    with pytest.raises(SourceUnavailable, match="bad"):
        read_all(session)
    assert session.reopened == MOST_FAULTS


def test_a_message_that_left_is_gone():
    session = mailbox(3)
    listed = session.listed()
    del session.messages[2]
    outcomes = read_all(session, listed)
    assert isinstance(outcomes[2], ItemGone)
    assert outcomes[3] == session.messages[3]


def test_a_body_made_up_for_a_message_that_left_is_not_taken():
    session = mailbox(3)
    listed = session.listed()
    del session.messages[2]
    session.invented = {2: b"Subject: message unavailable\r\n\r\n"}
    assert isinstance(read_all(session, listed)[2], ItemGone)


def test_a_message_that_is_there_and_not_given_is_tried_again_later():
    session = mailbox(3)
    session.silent = {2}
    failure = read_all(session)[2]
    assert type(failure) is TransientFailure
    assert failure.code == "no_body"


def test_a_wrong_size_is_accepted_if_two_answers_agree():
    session = mailbox(3)
    listed = [message._replace(size=message.size + 7) for message in session.listed()]
    assert read_all(session, listed) == session.messages
    assert session.fetched == [[1, 2, 3], [1, 2, 3]]


def test_a_body_that_changes_between_two_answers_is_not_taken():
    session = mailbox(2)
    session.changing = {1}
    listed = [message._replace(size=99) for message in session.listed()]
    outcomes = read_all(session, listed)
    assert isinstance(outcomes[1], TransientFailure)
    assert outcomes[2] == session.messages[2]


def test_an_empty_message_is_not_taken_for_a_message():
    session = FakeSession({1: b""})
    assert isinstance(read_all(session)[1], TransientFailure)


def test_a_long_message_is_read_in_parts_beside_the_short_ones():
    session = FakeSession({1: b"a" * 10, 2: bytes(range(250)) * 40, 3: b"c" * 10})
    assert read_all(session, batch_bytes=1000, chunk_bytes=4096) == session.messages
    offsets = [(2, 0), (2, 4096), (2, 8192), (2, 10000)]
    assert session.fetched == [[1, 3], *offsets]


def test_a_message_of_unknown_size_is_read_in_parts():
    session = FakeSession({1: b"a" * 5000})
    assert read_all(session, [Listed(1, None, None)], chunk_bytes=4096) == session.messages


def test_a_long_message_goes_on_where_it_was_cut():
    session = FakeSession({1: b"a" * 5000})
    session.cuts = 2
    assert read_all(session, batch_bytes=1000, chunk_bytes=4096) == session.messages
    assert session.reopened == 2


def test_a_long_message_that_is_cut_again_and_again_is_tried_later():
    session = FakeSession({1: b"a" * 5000})
    session.cuts = 3
    [failure] = read_all(session, batch_bytes=1000).values()
    assert failure.code == "connection"


def test_a_long_message_longer_than_listed_is_read_whole_and_twice():
    session = FakeSession({1: b"a" * 9000})
    listed = [Listed(1, 8000, None)]
    assert read_all(session, listed, batch_bytes=1000, chunk_bytes=4096) == session.messages
    assert session.fetched.count((1, 0)) == 2


def test_a_long_message_that_does_not_end_is_given_up():
    session = FakeSession({1: b"a" * 90_000})
    [failure] = read_all(session, [Listed(1, 2000, None)], batch_bytes=1000).values()
    assert failure.code in ("endless", "no_body")


def test_a_long_message_that_left_is_gone():
    session = FakeSession({1: b"a" * 9000})
    listed = session.listed()
    session.messages.clear()
    assert isinstance(read_all(session, listed, batch_bytes=1000)[1], ItemGone)
