"""Proves to an IMAP server who we are: by password or by access token."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from intake.connectors.imap_options import ImapOptions
from intake.errors import ConfigError, IntakeError, SourceRefused, SourceUnavailable


class Client(Protocol):
    """The part of an IMAP client that logs in."""

    def has_capability(self, capability: str) -> bool: ...
    def login(self, username: str, password: str) -> object: ...
    def plain_login(self, identity: str, password: str) -> object: ...
    def sasl_login(self, mech_name: str, mech_callable: Callable[[bytes], bytes]) -> object: ...


def log_in(client: Client, options: ImapOptions, remember: Callable[[str], None]) -> None:
    """Log in; ``remember`` is told the secret before it is sent, to keep it out of messages.

    Raises:
        ConfigError: there is no usable password, or no such token provider.
        SourceUnavailable: the token provider failed.
        SourceRefused: the server takes no password, or none such as ours.
    """
    if options.password is not None:
        password = options.password.reveal()
        remember(password)
        _send_password(client, options, password)
    else:
        token = _ask_for_token(options)
        remember(token)
        client.sasl_login("XOAUTH2", _Xoauth2(options.username, token))


class _Xoauth2:
    """Answers the server: the token first, then nothing to its explanation of a failure."""

    def __init__(self, username: str, token: str) -> None:
        self._answers = [f"user={username}\1auth=Bearer {token}\1\1".encode()]

    def __call__(self, _challenge: bytes) -> bytes:
        return self._answers.pop() if self._answers else b""


def _send_password(client: Client, options: ImapOptions, password: str) -> None:
    """Send the password by LOGIN, or by PLAIN where LOGIN cannot carry it (RFC 4616 §2)."""
    if not password or not password.isprintable():
        raise ConfigError(
            f"The password of {options.username} is empty or holds a line end.",
            remedy="Correct the variable or the file that `password` names.",
        )
    is_ascii = (options.username + password).isascii()
    if is_ascii and not client.has_capability("LOGINDISABLED"):
        client.login(options.username, password)
    elif client.has_capability("AUTH=PLAIN"):
        client.plain_login(options.username, password)
    else:
        raise SourceRefused(
            f"{options.host} takes no password here"
            + ("." if is_ascii else " with letters beyond ASCII."),
            remedy="Choose a password of plain letters, digits and signs, or use token_provider.",
        )


def _ask_for_token(options: ImapOptions) -> str:
    provider = _find_provider(options.token_provider or "")
    try:
        token = provider(options.username)
    except IntakeError:
        raise
    except Exception as error:  # noqa: BLE001 - somebody else's code: it may raise anything
        # Neither its words nor its traceback are kept: they may hold a secret.
        raise SourceUnavailable(
            f"The token provider {options.token_provider} failed: {type(error).__name__}."
        ) from None
    if not isinstance(token, str) or not token.isprintable() or not token:
        raise ConfigError(f"The token provider {options.token_provider} returned no token.")
    return token


def _find_provider(name: str) -> Callable[[str], Any]:
    module, _, attribute = name.partition(":")
    try:
        provider: Callable[[str], Any] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigError(
            f"There is no token provider {name}: {error}",
            remedy="Correct `token_provider`, or install the package that it names.",
        ) from error
    return provider
