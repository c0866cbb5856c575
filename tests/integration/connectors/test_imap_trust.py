"""Nobody is talked to who is not verified, and nobody's mailbox is locked by our trying."""

import socket
import sys
import types

import pytest

from intake.errors import ConfigError, SourceRefused, SourceUnavailable
from intake.testing.certificates import CertificateAuthority


def enter(connector):
    with connector:
        connector.check()


def test_an_authority_of_the_administration_s_own_is_trusted_when_named(mailbox):
    enter(mailbox.connector())


def test_an_unknown_authority_is_refused_before_anything_is_sent(mailbox):
    with pytest.raises(SourceRefused, match="certificate that is not trusted") as caught:
        enter(mailbox.connector(ca_file=None))
    assert "`ca_file`" in caught.value.remedy
    assert mailbox.user not in mailbox.server.log()


def test_another_authority_than_the_server_s_is_refused(mailbox, tmp_path):
    other = CertificateAuthority(tmp_path).ca_file
    with pytest.raises(SourceRefused, match="not trusted"):
        enter(mailbox.connector(ca_file=other))


def test_a_certificate_for_another_name_is_refused(mailbox, monkeypatch):
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest: real("127.0.0.1", *rest))
    with pytest.raises(SourceRefused, match=r"not valid for 'mail\.example\.org'"):
        enter(mailbox.connector(host="mail.example.org"))


def test_a_pinned_certificate_needs_no_authority(mailbox):
    enter(mailbox.connector(ca_file=None, fingerprint=mailbox.server.fingerprint))
    enter(
        mailbox.connector(
            ca_file=None,
            fingerprint=mailbox.server.fingerprint,
            security="starttls",
            port=mailbox.server.port,
        )
    )


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_another_certificate_than_the_pinned_one_is_refused(mailbox, security):
    port = mailbox.server.tls_port if security == "tls" else mailbox.server.port
    with pytest.raises(SourceRefused, match="another certificate"):
        enter(mailbox.connector(fingerprint="ab" * 32, security=security, port=port))
    assert mailbox.user not in mailbox.server.log()


def test_starttls_encrypts_before_the_password_is_sent(mailbox):
    enter(mailbox.connector(security="starttls", port=mailbox.server.port))
    [login] = [line for line in mailbox.server.log().splitlines() if f"<{mailbox.user}>" in line][
        :1
    ]
    assert ", TLS," in login


def test_starttls_verifies_the_certificate(mailbox):
    with pytest.raises(SourceRefused, match="not trusted"):
        enter(mailbox.connector(security="starttls", port=mailbox.server.port, ca_file=None))


def test_a_server_whose_starttls_was_taken_out_gets_no_password(server):
    with pytest.raises(SourceRefused, match="offers no encryption"):
        enter(server.connector(security="starttls"))
    assert server.count("LOGIN|AUTHENTICATE") == 0


def test_a_session_that_claims_to_be_logged_in_already_is_refused(server):
    server.greeting = b"* PREAUTH welcome\r\n"
    server.capabilities = "IMAP4rev1 STARTTLS"
    with pytest.raises(SourceRefused):
        enter(server.connector(security="starttls"))


def test_a_port_without_tls_is_named_as_the_mistake(mailbox):
    with pytest.raises(SourceRefused, match="does not speak TLS") as caught:
        enter(mailbox.connector(port=mailbox.server.port))
    assert "starttls" in caught.value.remedy


def test_a_file_that_is_no_certificate_is_a_mistake_in_the_configuration(mailbox, tmp_path):
    for path in (tmp_path / "missing.pem", tmp_path / "empty.pem"):
        with pytest.raises(ConfigError, match=path.name):
            enter(mailbox.connector(ca_file=path))
        (tmp_path / "empty.pem").touch()


def test_a_server_that_is_down_is_tried_again_later(server):
    server.close()
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        enter(server.connector())


def test_a_server_that_never_greets_is_not_waited_for_long(server):
    server.greeting = b""
    with pytest.raises(SourceUnavailable, match="does not answer"):
        enter(server.connector(connect_timeout_s=0.3))


def test_a_wrong_password_is_tried_once(mailbox, monkeypatch):
    monkeypatch.setenv("MAILBOX_PASSWORD", "sbagliata")
    with pytest.raises(SourceRefused) as caught:
        enter(mailbox.connector())
    assert "run `intake check`" in caught.value.remedy
    assert "sbagliata" not in str(caught.value) + caught.value.remedy
    failures = [
        line
        for line in mailbox.server.log().splitlines()
        if f"passwd-file({mailbox.user}," in line and "Password mismatch" in line
    ]
    assert len(failures) == 1


def test_a_refusal_without_a_reason_is_tried_twice_in_all(server):
    server.answers["LOGIN"] = lambda _: b"{tag} NO Login failed.\r\n"
    connector = server.connector()
    for _ in range(2):
        with pytest.raises(SourceRefused):
            enter(connector)
    assert server.count("LOGIN") == 3, "two tries, and one of a caller who insists"


def test_a_second_try_may_succeed(server):
    replies = iter([b"{tag} NO Login failed.\r\n", b"{tag} OK in\r\n"])
    server.answers["LOGIN"] = lambda _: next(replies)
    enter(server.connector())
    assert server.connections == 2


@pytest.mark.parametrize(
    "answer",
    [b"{tag} NO [UNAVAILABLE] try later\r\n", b"* BYE Too many connections\r\n", None],
    ids=["code", "bye", "eof"],
)
def test_an_overloaded_server_is_not_taken_for_a_wrong_password(server, answer):
    def reply(_command):
        return None if answer is None or b"BYE" in answer else answer

    server.answers["LOGIN"] = reply
    with pytest.raises(SourceUnavailable):
        enter(server.connector())
    assert server.count("LOGIN") == 1


def test_the_time_a_server_asks_for_is_passed_on(server):
    words = b"Request is throttled. Suggested Backoff Time: 5500 milliseconds"
    server.answers["LOGIN"] = lambda _: b"{tag} NO " + words + b"\r\n"
    with pytest.raises(SourceUnavailable) as caught:
        enter(server.connector())
    assert caught.value.retry_after_s == 5.5


def test_a_server_that_repeats_the_password_does_not_make_us_repeat_it(server):
    server.answers["LOGIN"] = lambda command: f"{{tag}} BAD what is {command}\r\n".encode()
    with pytest.raises(SourceRefused) as caught:
        enter(server.connector())
    assert "segreto" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_password_beyond_ascii_reaches_the_server(dovecot, new_mailbox, monkeypatch):
    mailbox = new_mailbox(dovecot)
    dovecot.add_user(mailbox.user, "perché-no")
    monkeypatch.setenv("MAILBOX_PASSWORD", "perché-no")
    enter(mailbox.connector())


@pytest.mark.parametrize("password", ["", "due\nrighe"])
def test_a_password_that_cannot_be_one_is_not_sent(server, monkeypatch, password):
    monkeypatch.setenv("MAILBOX_PASSWORD", password)
    with pytest.raises(ConfigError, match="empty or holds a line end"):
        enter(server.connector())
    assert server.count("LOGIN") == 0


@pytest.fixture
def provider(monkeypatch):
    """Return a module of access tokens, as a site would write it."""
    module = types.ModuleType("site_tokens")
    monkeypatch.setitem(sys.modules, "site_tokens", module)
    return module


OAUTH = {"password": None, "token_provider": "site_tokens:get"}


def test_an_access_token_opens_the_mailbox(mailbox, provider):
    asked = []
    mailbox.server.tokens["good-token"] = mailbox.user
    provider.get = lambda username: asked.append(username) or "good-token"
    enter(mailbox.connector(**OAUTH))
    assert asked == [mailbox.user]


def test_somebody_else_s_token_is_refused_after_two_tries(mailbox, provider):
    mailbox.server.tokens["other-token"] = "somebody-else"
    asked = []
    provider.get = lambda username: asked.append(username) or "other-token"
    with pytest.raises(SourceRefused) as caught:
        enter(mailbox.connector(**OAUTH))
    assert len(asked) == 2
    assert "other-token" not in str(caught.value)


def test_an_expired_token_is_replaced_at_the_second_try(mailbox, provider):
    mailbox.server.tokens |= {"old": "somebody-else", "new": mailbox.user}
    tokens = iter(["old", "new"])
    provider.get = lambda _username: next(tokens)
    enter(mailbox.connector(**OAUTH))


def test_a_token_server_in_trouble_is_not_a_wrong_token(server, provider):
    provider.get = lambda _username: "a-token"
    server.answers["AUTHENTICATE"] = lambda _: b"{tag} NO [UNAVAILABLE] Temporary failure\r\n"
    with pytest.raises(SourceUnavailable):
        enter(server.connector(**OAUTH))
    assert server.count("AUTHENTICATE") == 1


def test_a_token_provider_that_fails_says_nothing_of_what_it_knows(mailbox, provider):
    def get(_username):
        raise RuntimeError("client_secret=abc123")

    provider.get = get
    with pytest.raises(SourceUnavailable, match="RuntimeError") as caught:
        enter(mailbox.connector(**OAUTH))
    assert "abc123" not in str(caught.value)


@pytest.mark.parametrize("name", ["no_such_module:get", "site_tokens:no_such_function"])
def test_a_token_provider_that_is_not_there_is_a_mistake_in_the_configuration(
    mailbox, provider, name
):
    with pytest.raises(ConfigError, match="no token provider"):
        enter(mailbox.connector(**OAUTH | {"token_provider": name}))
