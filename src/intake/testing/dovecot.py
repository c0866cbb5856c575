"""A throw-away Dovecot 2.3 on loopback: a real mailbox for tests and demonstrations."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from intake.errors import SourceUnavailable, ToolMissing
from intake.testing.certificates import CertificateAuthority, ServerCertificate
from intake.testing.dovecot_configuration import DovecotOptions, configure
from intake.testing.introspection import TokenServer
from intake.testing.maildirs import Maildirs
from intake.testing.server_owner import as_owner, give_away, server_owner

_TRIES = 3
"""Another program may take a port between our looking for it and Dovecot's taking it."""
_START_S = 20.0
_STOP_S = 10.0
_SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"
"""Debian keeps the programs here, which is on root's PATH only."""


class Dovecot:
    """An IMAP server in a folder of its own under /tmp; a context manager.

    It listens on 127.0.0.1 at ``port`` (plain, and STARTTLS) and ``tls_port``, with a certificate
    for ``localhost`` and ``127.0.0.1`` signed by ``ca_file``. Started by root it runs as nobody.
    """

    host = "localhost"

    def __init__(
        self,
        users: Mapping[str, str] | None = None,
        *,
        tokens: MutableMapping[str, str] | None = None,
        auth_penalty: bool = False,
        namespace: tuple[str, str] = ("", "/"),
        capabilities: str = "",
        folder: Path | None = None,
    ) -> None:
        """Keep the arguments; touch nothing.

        ``users`` maps names to passwords. ``tokens`` maps OAuth2 access tokens to names, switches
        XOAUTH2 on, and may be changed while the server runs. ``auth_penalty`` makes every wrong
        password slow the next log-in down, as real servers do. ``namespace`` is the prefix and
        the delimiter of folder names. ``capabilities`` replaces the list that the server shows
        after log-in, to pass for a simpler one. ``folder`` keeps the mail of earlier starts; its
        path must be short, see unix(7). Without it a new one is made, and removed at ``stop``.
        """
        self.users = dict(users or {"contact": "secret"})
        self.folder = folder or Path()
        self.port = 0
        self.tls_port = 0
        self.tokens = tokens
        self._options = DovecotOptions(
            has_tokens=tokens is not None,
            auth_penalty=auth_penalty,
            namespace=namespace,
            capabilities=capabilities,
        )
        self._mail = Maildirs(self.folder / "mail", namespace)
        self._is_ours = folder is None
        self._token_server: TokenServer | None = None
        self._certificate: ServerCertificate | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the server's certificate, 64 hexadecimal digits."""
        assert self._certificate is not None, "the server was not started"
        return self._certificate.fingerprint

    @property
    def pid(self) -> int | None:
        """Return the process id of the master process; None when it does not run."""
        with suppress(OSError, ValueError):
            pid = int((self.folder / "run" / "master.pid").read_text())
            if "dovecot" in Path(f"/proc/{pid}/comm").read_text():
                return pid
        return None

    def start(self) -> None:
        """Make the folder and start the server; return when it answers.

        Raises:
            ToolMissing: Dovecot is not installed.
            SourceUnavailable: it does not start; the message ends with its log.
        """
        _program("dovecot")
        if self._is_ours:
            # A socket's path may not be longer than 107 bytes (unix(7)): hence not pytest's folder.
            self.folder = Path(tempfile.mkdtemp(prefix="intake-imap-", dir="/tmp"))
            self._mail = Maildirs(self.folder / "mail", self._options.namespace)
        self._prepare()
        try:
            self._start_at_free_ports()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server, also one that another process started in ``folder``."""
        self._end_server()
        if self._token_server is not None:
            self._token_server.__exit__(None, None, None)
            self._token_server = None
        if self._is_ours and self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    def interrupt(self) -> None:
        """Stop the server and keep its folder, so that ``resume`` brings it back."""
        self._end_server()

    def resume(self) -> None:
        """Start the server again at the same ports, with the same mail."""
        self._launch()

    def restart(self) -> None:
        """Stop the server, cut every connection, and start it again at the same ports."""
        self.interrupt()
        self.resume()

    def add_user(self, name: str, password: str) -> None:
        """Let a user log in from now on, with an empty mailbox."""
        self.users[name] = password
        self._write_user(name, password)
        self._mail.make(name, "INBOX")

    def deliver(self, user: str, message: bytes, *, folder: str = "INBOX") -> None:
        """Drop ``message`` into a mailbox, byte for byte, as a delivery agent would."""
        self._mail.deliver(user, message, folder)

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the messages of a mailbox, byte for byte as they are stored, oldest first."""
        return self._mail.messages(user, folder)

    def log(self) -> str:
        """Return all that the server wrote to its log."""
        return (self.folder / "dovecot.log").read_text(errors="replace")

    def doveadm(self, *arguments: str) -> str:
        """Run Dovecot's administration tool on this server and return what it prints.

        Raises:
            SourceUnavailable: it failed; the message holds what it said.
        """
        command = [_program("doveadm"), "-c", str(self._configuration), *arguments]
        done = subprocess.run(as_owner(command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SourceUnavailable(f"doveadm {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout

    @property
    def _configuration(self) -> Path:
        return self.folder / "dovecot.conf"

    def _prepare(self) -> None:
        for name in ("run", "state", "mail", "users"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._certificate = CertificateAuthority(self.folder).issue()
        for user, password in self.users.items():
            self._write_user(user, password)
            self._mail.make(user, "INBOX")
        if self.tokens is not None:
            self._prepare_tokens(self.tokens)

    def _write_user(self, name: str, password: str) -> None:
        """Write a file for each user: Dovecot notes the change of a common one too late."""
        (self.folder / "users" / name).write_text(f"{name}:{{PLAIN}}{password}\n")
        give_away(self.folder / "users" / name)

    def _prepare_tokens(self, tokens: Mapping[str, str]) -> None:
        self._token_server = TokenServer(tokens).__enter__()
        (self.folder / "oauth2.conf").write_text(
            f"introspection_mode = auth\nintrospection_url = {self._token_server.url}\n"
            "username_attribute = username\nactive_attribute = active\nactive_value = true\n"
        )

    def _start_at_free_ports(self) -> None:
        for left in reversed(range(_TRIES)):
            self.port, self.tls_port = _free_ports(2)
            self._configuration.write_text(self._configured())
            give_away(self.folder, *self.folder.rglob("*"))
            try:
                self._launch()
            except SourceUnavailable:
                if not left or "Address already in use" not in self.log():
                    raise
            else:
                return

    def _configured(self) -> str:
        assert self._certificate is not None
        return configure(
            self._options,
            folder=self.folder,
            certificate=self._certificate,
            owner=server_owner(),
            ports=(self.port, self.tls_port),
        )

    def _launch(self) -> None:
        command = [_program("dovecot"), "-F", "-c", str(self._configuration)]
        with (self.folder / "start.log").open("wb") as log:
            server = subprocess.Popen(
                as_owner(command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is ours to handle
            )
        self._wait_until_ready(server)
        # The server outlives this object if its user wants it to: nobody waits for it then.
        server.returncode = 0

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and server.poll() is None:
            if _greets(self.port):
                return
            time.sleep(0.02)
        said = (self.folder / "start.log").read_text(errors="replace")
        with suppress(OSError):
            said += self.log()
        server.kill()
        server.wait()
        raise SourceUnavailable(f"Dovecot does not start:\n{said[-2000:]}")

    def _end_server(self) -> None:
        pid = self.pid
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_S
        while self._is_running(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        with suppress(ProcessLookupError):  # processes that still serve a connection outlive it
            os.killpg(pid, signal.SIGKILL)

    @staticmethod
    def _is_running(pid: int) -> bool:
        with suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # a child of ours stays a zombie until it is waited for
        return Path(f"/proc/{pid}").exists()


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)
    if found is None:
        raise ToolMissing(
            f"The IMAP server Dovecot is not installed: there is no program named {name}.",
            remedy="apt-get install dovecot-imapd, or `make setup` in a clone of the project.",
        )
    return found


def _free_ports(number: int) -> list[int]:
    sockets = [socket.socket() for _ in range(number)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
        return connection.recv(64).startswith(b"* OK")
    return False
