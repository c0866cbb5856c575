"""What an IMAP server's words mean, and what happens next."""

import ssl

import pytest

from intake.connectors.imap_faults import (
    LoginRefused,
    MessagesGone,
    SessionBroken,
    Stage,
    answered_no,
    broken_off,
    no_sense,
    response_code,
    unreachable,
)
from intake.errors import SourceRefused, SourceUnavailable

WHERE = "mail.example.org:993"


def no(text, stage):
    return answered_no(text, stage, WHERE, login_remedy="Correct the password.")


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("[UNAVAILABLE] Temporary authentication failure.", 60),
        ("[LIMIT] Too many connections", 60),
        ("[INUSE] Mailbox is locked", 60),
        ("Request is throttled. Suggested Backoff Time: 92415 milliseconds", 92.415),
        ("Request is throttled.", 60),
        ("User is authenticated but not connected.", 300),
    ],
)
def test_an_overloaded_server_is_left_alone_and_blamed_on_nobody(text, seconds, stage):
    error = no(text, stage)
    assert type(error) is SourceUnavailable
    assert error.retry_after_s == seconds


@pytest.mark.parametrize(
    ("text", "is_plain", "remedy"),
    [
        ("[AUTHENTICATIONFAILED] Authentication failed.", False, "Correct the password."),
        ("b'[AUTHENTICATIONFAILED] Invalid credentials (Failure)'", False, "Correct the password."),
        ("AUTHENTICATE failed.", True, "Correct the password."),
        ("LOGIN command error: BAD [b'Error in IMAP command']", True, "Correct the password."),
        ("[EXPIRED] That password isn't valid any more", False, "has expired"),
        ("[AUTHORIZATIONFAILED] No such authorization-ID", False, "Give this user the right"),
        ("[PRIVACYREQUIRED] Connection offers no privacy", False, "starttls"),
        ("[CONTACTADMIN]", False, "administrators"),
    ],
)
def test_a_refused_log_in_rests_until_mended(text, is_plain, remedy):
    error = no(text, Stage.LOGIN)
    assert isinstance(error, LoginRefused)
    assert error.is_plain is is_plain
    assert remedy in error.remedy


@pytest.mark.parametrize(
    ("text", "stage", "error"),
    [
        ("select failed: Mailbox doesn't exist: Foo", Stage.OPEN, SourceRefused),
        ("select failed: [NOPERM] Permission denied", Stage.OPEN, SourceRefused),
        ("move failed: [OVERQUOTA] Quota exceeded", Stage.FILE, SourceRefused),
        ("move failed: [EXPUNGEISSUED] Some are gone", Stage.FILE, MessagesGone),
        ("* BYE go away", Stage.CONNECT, SourceUnavailable),
        ("fetch failed: message is corrupt", Stage.READ, SessionBroken),
        ("fetch failed: [SERVERBUG] Internal error occurred.", Stage.READ, SessionBroken),
        ("[SERVERBUG] Internal error occurred.", Stage.OPEN, SourceUnavailable),
        ("fetch failed: [EXPUNGEISSUED] Some are gone", Stage.READ, SessionBroken),
    ],
)
def test_a_refused_command_means_what_its_stage_says(text, stage, error):
    assert type(no(text, stage)) is error


def test_the_words_of_a_server_stay_on_one_line_and_short():
    message = str(no("no\r\n\x1b[31m" + "x" * 5000, Stage.OPEN))
    assert "\n" not in message
    assert "\x1b" not in message
    assert len(message) < 400


@pytest.mark.parametrize(
    ("error", "farewell", "timed_out", "code"),
    [
        (EOFError("EOF"), "", False, "connection"),
        (ConnectionResetError(104, "Connection reset by peer"), "", False, "connection"),
        (TimeoutError("timed out"), "", False, "timeout"),
        (EOFError("EOF"), "", True, "timeout"),
        (EOFError("EOF"), "Shutting down", False, "connection"),
    ],
)
def test_a_connection_that_ends_may_be_made_again(error, farewell, timed_out, code):
    found = broken_off(error, farewell, WHERE, timed_out=timed_out)
    assert isinstance(found, SessionBroken)
    assert found.code == code
    assert farewell in str(found)


@pytest.mark.parametrize(
    "farewell",
    [
        "[UNAVAILABLE] Server shutting down",
        "Session invalidated - AccessTokenExpired",
        "Request is throttled. Suggested Backoff Time: 1000 milliseconds",
    ],
)
def test_a_farewell_with_a_reason_ends_the_poll_and_nothing_else(farewell):
    assert type(broken_off(EOFError(), farewell, WHERE, timed_out=False)) is SourceUnavailable


def test_nonsense_is_never_quoted():
    error = no_sense(ValueError("Codice fiscale RSSMRA80A01H501U"), WHERE)
    assert error.code == "protocol"
    assert "RSSMRA" not in str(error)


def _certificate_error():
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


def _wrong_version():
    error = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")
    error.reason = "WRONG_VERSION_NUMBER"
    return error


@pytest.mark.parametrize(
    ("error", "expected", "says"),
    [
        (_certificate_error(), SourceRefused, "self-signed"),
        (_wrong_version(), SourceRefused, "does not speak TLS"),
        (ConnectionRefusedError(111, "Connection refused"), SourceUnavailable, "refused"),
        (TimeoutError("timed out"), SourceUnavailable, "does not answer"),
    ],
)
def test_a_connection_never_made(error, expected, says):
    found = unreachable(error, WHERE)
    assert type(found) is expected
    assert says in str(found)


@pytest.mark.parametrize(
    ("text", "code"),
    [("[LIMIT] no", "LIMIT"), ("NO [IN-USE] x", "IN-USE"), ("no code", None), ("", None)],
)
def test_the_response_code_is_found(text, code):
    assert response_code(text) == code
