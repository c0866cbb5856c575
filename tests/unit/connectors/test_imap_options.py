"""What an IMAP source can be told, and what it refuses to be told."""

import pytest
from pydantic import ValidationError

from intake.connectors.imap_options import ImapOptions
from intake.connectors.pec import PecOptions

MINIMUM = {"host": "mail.example.org", "username": "urp", "password": {"env": "PW"}}


def test_the_minimum_is_tls_at_its_own_port_and_moves_what_was_received():
    options = ImapOptions(**MINIMUM)
    assert (options.security, options.port_number) == ("tls", 993)
    assert (options.mailbox, options.after_receive, options.processed_folder) == (
        "INBOX",
        "move",
        "Processed",
    )


def test_starttls_has_a_port_of_its_own():
    assert ImapOptions(**MINIMUM, security="starttls").port_number == 143
    assert ImapOptions(**MINIMUM, security="starttls", port=1143).port_number == 1143


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_plain_is_allowed_to_this_machine(host):
    assert ImapOptions(**MINIMUM | {"host": host}, security="plain").port_number == 143


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"security": "plain"}, "this machine only"),
        ({"password": None}, "one of the two"),
        ({"token_provider": "mytokens:get"}, "one of the two"),
        ({"password": None, "token_provider": "no colon"}, "package.module:callable"),
        ({"keyword": "già visto"}, "letters, digits"),
        ({"keyword": "two words"}, "letters, digits"),
        ({"fingerprint": "ab:cd"}, "64 hexadecimal digits"),
        ({"processed_folder": "inbox"}, "may not be the mailbox itself"),
        ({"username": "urp\r\nA1 DELETE INBOX"}, "control characters"),
        ({"mailbox": "IN\nBOX"}, "control characters"),
        ({"verify": False}, "Extra inputs"),
        ({"password": "in clear"}, "password"),
        ({"batch_messages": 0}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_work_or_is_not_safe_is_refused(change, says):
    with pytest.raises(ValidationError, match=says):
        ImapOptions(**MINIMUM | change)


def test_a_fingerprint_may_be_written_as_openssl_prints_it():
    printed = ":".join(["AB"] * 32)
    assert ImapOptions(**MINIMUM, fingerprint=printed).fingerprint == "ab" * 32


@pytest.mark.parametrize("model", [ImapOptions, PecOptions])
def test_every_option_is_described(model):
    assert [name for name, field in model.model_fields.items() if not field.description] == []
