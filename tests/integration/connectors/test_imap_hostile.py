"""Answers that no honest server gives are survived, and never become a message."""

import time

import pytest

from intake.errors import SourceRefused, SourceUnavailable, TransientFailure

MESSAGES = {
    11: b"Subject: uno\r\n\r\n1\r\n",
    12: b"Subject: due\r\n\r\n22\r\n",
    15: b"S: 3\r\n\r\n3\r\n",
}
QUICK = {"read_timeout_s": 2, "deadline_s": 0.5, "connect_timeout_s": 2}
DONE = b"{tag} OK done\r\n"


@pytest.fixture(autouse=True)
def _messages(server):
    server.messages.update(MESSAGES)


def outcomes(connector):
    """Poll; return by UID what each message was, or the code of its failure."""
    found = {}
    with connector:
        for item in connector.poll(after=None, limit=1000):
            try:
                found[int(item.attributes["uid"])] = b"".join(item.chunks())
            except TransientFailure as error:
                found[int(item.attributes["uid"])] = error.code
    return found


def body(uid, content, sequence=1):
    return b"* %d FETCH (UID %d BODY[] {%d}\r\n%b)\r\n" % (sequence, uid, len(content), content)


def test_the_scripted_server_is_honest_unless_told_otherwise(server):
    assert outcomes(server.connector()) == MESSAGES
    assert server.count("FETCH .*BODY") == 1


def test_whole_batches_are_moved_and_the_folder_made_when_missing(server):
    refusals = iter([b"{tag} NO [TRYCREATE] no such folder\r\n"])
    server.answers["UID MOVE"] = lambda command: next(refusals, None) or server._honest(command)
    connector = server.connector()
    with connector:
        connector.acknowledge([(i, None) for i in connector.poll(after=None, limit=9)])
    assert server.messages == {}
    assert server.count('CREATE "Processed"') == 1


def test_a_folder_that_may_not_be_made_is_refused_with_the_first_reason(server):
    server.answers["UID MOVE"] = lambda _: b"{tag} NO quota of folders\r\n"
    server.answers["CREATE"] = lambda _: b"{tag} NO not you\r\n"
    connector = server.connector()
    with connector, pytest.raises(SourceRefused, match="quota of folders"):
        connector.acknowledge([(i, None) for i in connector.poll(after=None, limit=9)])


@pytest.mark.parametrize(
    "line", ["* OK no epoch", "* OK [UIDVALIDITY 0] zero"], ids=["missing", "zero"]
)
def test_a_mailbox_without_an_epoch_is_refused(server, line):
    server.uidvalidity = line
    with pytest.raises(SourceRefused, match="UIDVALIDITY"):
        outcomes(server.connector())


@pytest.mark.parametrize("value", ["nonsense", "7 7 ("])
def test_an_epoch_that_is_no_number_ends_the_poll(server, value):
    server.answers["EXAMINE"] = lambda _: f"* OK [UIDVALIDITY {value}]\r\n".encode() + DONE
    with pytest.raises((SourceUnavailable, SourceRefused)):
        outcomes(server.connector())


def test_a_message_made_up_for_one_that_left_is_never_taken(server):
    phantom = b"From: System Administrator\r\nSubject: message unavailable\r\n\r\n"
    server.answers["FETCH .*BODY"] = lambda _: (
        _without(server, 12)
        or b"".join((body(11, MESSAGES[11]), body(12, phantom), body(15, MESSAGES[15]), DONE))
    )
    assert outcomes(server.connector()) == MESSAGES | {12: "gone"}


def _without(server, uid):
    server.messages.pop(uid, None)


@pytest.mark.parametrize(
    "value", [b"NIL", b'""', b"{0}\r\n", b"12345", b"word", b'"a quoted string"']
)
def test_what_is_no_message_is_not_taken_for_one(server, value):
    server.answers["FETCH .*BODY"] = lambda _: (
        b"* 1 FETCH (UID 11 BODY[] " + value + b")\r\n" + DONE
    )
    assert set(outcomes(server.connector()).values()) == {"no_body"}


def test_a_body_under_another_uid_is_not_taken(server):
    del server.messages[12], server.messages[15]
    server.answers["FETCH .*BODY"] = lambda _: body(99, MESSAGES[11]) + DONE
    assert outcomes(server.connector()) == {11: "no_body"}


def test_a_body_without_a_uid_is_not_taken(server):
    server.messages = {1: MESSAGES[11]}  # its UID is its sequence number too
    without_uid = body(1, MESSAGES[11]).replace(b"UID 1 ", b"")
    server.answers["FETCH .*BODY"] = lambda _: without_uid + DONE
    assert outcomes(server.connector()) == {1: "no_body"}


def test_a_number_that_changes_hands_does_not_change_a_body_s_owner(server):
    """Another session expunges message 11 while its body is sent: 12 is the first then."""
    shifted = body(11, MESSAGES[11]) + b"* 1 EXPUNGE\r\n" + body(12, MESSAGES[12])
    flags = b"* 1 FETCH (UID 15 FLAGS ())\r\n* 1 FETCH (FLAGS (\\Seen))\r\n"
    server.answers["FETCH .*BODY"] = lambda _: shifted + flags + DONE
    expected = {11: MESSAGES[11], 12: MESSAGES[12], 15: "no_body"}
    assert outcomes(server.connector()) == expected


def test_two_bodies_for_one_uid_are_no_body(server):
    twice = body(11, MESSAGES[11]) + body(11, b"another\r\n\r\n", sequence=2)
    server.answers["FETCH .*BODY"] = lambda _: twice + DONE
    assert outcomes(server.connector())[11] == "no_body"


def test_a_message_left_out_of_the_listing_is_asked_for_all_the_same(server):
    server.answers["RFC822.SIZE"] = lambda _: DONE
    assert outcomes(server.connector()) == MESSAGES


def test_what_is_left_out_of_an_answer_is_never_taken_for_done(server):
    server.answers["FETCH .*BODY"] = lambda _: body(11, MESSAGES[11]) + DONE
    assert outcomes(server.connector()) == {11: MESSAGES[11], 12: "no_body", 15: "no_body"}


@pytest.mark.parametrize(
    "nonsense",
    [
        b"* 1 FETCH (UID 12 BODY[] {5}\r\nab",
        b"* 1 FETCH (UID 12 BODY[]\r\n",
        b"* 1 FETCH UID 12\r\n",
        b"* 1 FETCH (UID)\r\n",
        b"+ what?\r\n* 1 FETCH ((((\r\n",
        b"* 1 FETCH (UID 12 BODY[] {99999999999999999999}\r\n",
        b"* 1 FETCH (UID 12 BODY[] {300000000}\r\nabc",
    ],
)
def test_nonsense_for_one_message_costs_only_that_message(server, nonsense):
    def reply(command):
        # The whole batch is spoilt as long as message 12 is in it.
        if 12 in server._named(command):
            return iter([nonsense, DONE]) if not nonsense.endswith(b"ab") else _cut(nonsense)
        return server._honest(command)

    server.answers["FETCH .*BODY"] = reply
    found = outcomes(server.connector(**QUICK))
    assert found.pop(12) in {"protocol", "connection", "timeout"}
    assert found == {11: MESSAGES[11], 15: MESSAGES[15]}


def _cut(start):
    yield start
    raise ValueError  # ends the scripted server's thread, and with it the connection


def test_a_server_that_drips_is_cut_off(server):
    def drip(_command):
        for _ in range(100):
            yield b"*"
            time.sleep(0.1)

    server.answers["FETCH .*BODY"] = drip
    start = time.monotonic()
    found = outcomes_or_error(server.connector(**QUICK))
    assert time.monotonic() - start < 8
    assert found == "unavailable" or set(found.values()) <= {"timeout"}


def outcomes_or_error(connector):
    try:
        return outcomes(connector)
    except SourceUnavailable:
        return "unavailable"


def test_a_listing_that_never_ends_is_cut_off(server):
    def endless(_command):
        while True:
            yield b"* OK still here\r\n" * 100
            time.sleep(0.01)

    server.answers["UID SEARCH"] = endless
    with pytest.raises(SourceUnavailable, match="too long"):
        outcomes(server.connector(**QUICK))


def test_a_listing_on_several_lines_is_read_whole(server):
    server.answers["UID SEARCH"] = lambda _: b"* SEARCH 11\r\n* SEARCH 12 15\r\n" + DONE
    assert outcomes(server.connector()) == MESSAGES


def test_a_listing_with_words_in_it_is_not_half_believed(server):
    server.answers["UID SEARCH"] = lambda _: b"* SEARCH 11 foo 15\r\n" + DONE
    with pytest.raises(SourceUnavailable, match="no sense"):
        outcomes(server.connector())


def test_the_last_message_is_not_listed_again_because_of_a_star(server):
    server.answers["UID SEARCH UID 16"] = lambda _: b"* SEARCH 15\r\n" + DONE
    connector = server.connector(after_receive="leave")
    with connector:
        assert list(connector.poll(after="7:15", limit=9)) == []


def test_a_mailbox_made_anew_during_a_poll_ends_it(server):
    connector = server.connector()
    with connector:
        items = connector.poll(after=None, limit=9)
        first = next(items)
        server.uidvalidity = "* OK [UIDVALIDITY 8] new"
        server.answers["FETCH .*BODY"] = lambda _: None
        with pytest.raises(SourceUnavailable, match="made anew"):
            b"".join(first.chunks())


def test_a_server_that_goes_away_while_marking_says_so(server):
    server.answers["UID MOVE"] = lambda _: None
    connector = server.connector()
    with connector:
        items = list(connector.poll(after=None, limit=9))
        with pytest.raises(SourceUnavailable):
            connector.acknowledge([(item, None) for item in items])


def test_two_hundred_messages_take_few_round_trips(server):
    server.messages = {uid: b"Subject: %d\r\n\r\n" % uid for uid in range(1, 401)}
    assert len(outcomes(server.connector())) == 400
    reading = server.count("UID|NOOP")
    assert reading <= 8, server.commands
