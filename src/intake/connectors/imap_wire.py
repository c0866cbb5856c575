"""One connection to an IMAP server: verified, and bounded in time and in memory.

The time-out of a socket begins anew with every byte: a server that drips holds a command for ever.
And the length of a literal is what the server says it is. Hence the cut-off and the allowance.
"""

from __future__ import annotations

import hashlib
import imaplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Timer

from intake.connectors.imap_faults import not_trusted
from intake.connectors.imap_options import ImapOptions
from intake.errors import ConfigError

SMALL_TALK_BYTES = 1 << 20
"""What a server may send in literals beside the messages that were asked for."""


class CutOff:
    """Ends a connection, under whoever is waiting for it, when a command takes too long."""

    def __init__(self) -> None:
        self._line: socket.socket | None = None
        self.has_fired = False

    def watch(self, line: socket.socket) -> None:
        """Keep a handle of ``line`` of our own: TLS takes the first one away."""
        self._line = line.dup()

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Run the block for at most ``seconds``; then the connection ends."""
        timer = Timer(seconds, self._fire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def close(self) -> None:
        """Let the handle go; the connection itself is not touched."""
        if self._line is not None:
            self._line.close()

    def _fire(self) -> None:
        self.has_fired = True
        if self._line is not None:
            with suppress(OSError):  # it ended by itself a moment ago
                self._line.shutdown(socket.SHUT_RDWR)


class Wire(imaplib.IMAP4):
    """The protocol machine of the standard library on a connection that we made."""

    def __init__(self, options: ImapOptions, cut_off: CutOff) -> None:
        """Connect, verify the server, read its greeting."""
        self._options = options
        self._cut_off = cut_off
        self.allowance_bytes = SMALL_TALK_BYTES
        super().__init__(options.host, options.port_number)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002 - ours rules
        """Return the connection: the one method by which imaplib lets others make it."""
        return _dial(self._options, self._cut_off)

    def read(self, size: int) -> bytes:
        """Read a literal, unless it is longer than what was asked for.

        Raises:
            OverflowError: it is.
        """
        if size > self.allowance_bytes:
            raise OverflowError("a literal is longer than what was asked for")
        self.allowance_bytes -= size
        return super().read(size)


def tls_context(options: ImapOptions) -> ssl.SSLContext:
    """Return the context that verifies the server's certificate and name (RFC 8314 §5).

    With a fingerprint the certificate itself is known: ``check_pin`` compares it, instead of
    asking who signed it.

    Raises:
        ConfigError: ``ca_file`` cannot be read.
    """
    if options.fingerprint is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    try:
        changed_ns = options.ca_file.stat().st_mtime_ns if options.ca_file else 0
        return _verifying_context(options.ca_file, changed_ns)
    except OSError as error:  # also ssl.SSLError: no certificate in it
        raise ConfigError(
            f"The file of trusted authorities {options.ca_file} cannot be read: {error}",
            remedy="Correct `ca_file`: a readable file of certificates in PEM form.",
        ) from error


@cache
def _verifying_context(ca_file: Path | None, _changed_ns: int) -> ssl.SSLContext:
    """Return a context, made once: to read the system's authorities takes 50 ms."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def check_pin(line: socket.socket, options: ImapOptions) -> None:
    """Compare the server's certificate with the pinned one, before anything is sent.

    Raises:
        SourceRefused: it is another one.
    """
    if options.fingerprint is None or not isinstance(line, ssl.SSLSocket):
        return
    certificate = line.getpeercert(binary_form=True) or b""
    found = hashlib.sha256(certificate).hexdigest()
    if found != options.fingerprint:
        raise not_trusted(f"{options.host} has another certificate than the pinned one: {found}.")


def _dial(options: ImapOptions, cut_off: CutOff) -> socket.socket:
    address = (options.host, options.port_number)
    line = socket.create_connection(address, timeout=options.connect_timeout_s)
    try:
        cut_off.watch(line)
        if options.security == "tls":
            line = tls_context(options).wrap_socket(line, server_hostname=options.host)
            check_pin(line, options)
    except BaseException:
        line.close()
        raise
    return line
