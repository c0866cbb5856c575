"""A throw-away Dovecot 2.3 on loopback: a real mailbox for tests and demonstrations."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from intake.errors import SourceUnavailable, ToolMissing
from intake.testing.certificates import CertificateAuthority, ServerCertificate
from intake.testing.introspection import TokenServer

_TRIES = 3
"""Another program may take a port between our looking for it and Dovecot's taking it."""
_START_S = 20.0
_STOP_S = 10.0
_SYSTEM_PATH = "/usr/local/sbin:/usr/sbin:/sbin"
"""Debian keeps the programs here, which is on root's PATH only."""

_CONFIGURATION = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
auth_verbose = yes
auth_failure_delay = {failure_delay}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_max_userip_connections = 50
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{folder}/mail/%u
maildir_very_dirty_syncs = no
{capabilities}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
{passdb}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  service_count = 256
  process_limit = 64
  process_min_avail = 1
}}
service anvil {{
  chroot =
{penalty}
}}
service stats {{
  chroot =
}}
"""
_PASSWORDS = """\
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users/%u
}}
"""
_TOKENS = """\
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
_NO_PENALTY = """\
  unix_listener anvil-auth-penalty {
    mode = 0
  }"""


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
        self._auth_penalty = auth_penalty
        self._namespace = namespace
        self._capabilities = capabilities
        self._is_ours = folder is None
        self._token_server: TokenServer | None = None
        self._certificate: ServerCertificate | None = None
        self._numbers = count(time.time_ns())

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
        self._make_maildir(name, "INBOX")

    def deliver(self, user: str, message: bytes, *, folder: str = "INBOX") -> None:
        """Drop ``message`` into a mailbox, byte for byte, as a delivery agent would."""
        maildir = self._make_maildir(user, folder)
        number = next(self._numbers)
        name = f"{int(time.time())}.Q{number:020d}.intake,S={len(message)}"
        draft = maildir / "tmp" / name
        draft.write_bytes(message)
        self._give_away(draft)
        draft.rename(maildir / "new" / name)

    def messages(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """Return the messages of a mailbox, byte for byte as they are stored, oldest first."""
        maildir = self._maildir(user, folder)
        files = [path for part in ("new", "cur") for path in (maildir / part).glob("*")]
        return [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]

    def doveadm(self, *arguments: str) -> str:
        """Run Dovecot's administration tool on this server and return what it prints.

        Raises:
            SourceUnavailable: it failed; the message holds what it said.
        """
        command = [_program("doveadm"), "-c", str(self._configuration), *arguments]
        done = subprocess.run(self._as_owner(command), capture_output=True, text=True, check=False)
        if done.returncode:
            raise SourceUnavailable(f"doveadm {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def log(self) -> str:
        """Return all that the server wrote to its log."""
        return (self.folder / "dovecot.log").read_text(errors="replace")

    @property
    def _configuration(self) -> Path:
        return self.folder / "dovecot.conf"

    def _prepare(self) -> None:
        for name in ("run", "state", "mail", "users"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._certificate = CertificateAuthority(self.folder).issue()
        for user, password in self.users.items():
            self._write_user(user, password)
            self._make_maildir(user, "INBOX")
        if self.tokens is not None:
            self._prepare_tokens(self.tokens)

    def _write_user(self, name: str, password: str) -> None:
        """Write a file for each user: Dovecot notes the change of a common one too late."""
        (self.folder / "users" / name).write_text(f"{name}:{{PLAIN}}{password}\n")
        self._give_away(self.folder / "users" / name)

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
            self._give_away(self.folder, *self.folder.rglob("*"))
            try:
                self._launch()
            except SourceUnavailable:
                if not left or "Address already in use" not in self.log():
                    raise
            else:
                return

    def _configured(self) -> str:
        assert self._certificate is not None
        owner = _owner()
        passdb = _PASSWORDS + (_TOKENS if self.tokens is not None else "")
        return _CONFIGURATION.format(
            folder=self.folder,
            user=owner.pw_name,
            group=grp.getgrgid(owner.pw_gid).gr_name,
            uid=owner.pw_uid,
            gid=owner.pw_gid,
            certificate=self._certificate.certificate_file,
            key=self._certificate.key_file,
            capabilities=f"imap_capability = {self._capabilities}" if self._capabilities else "",
            prefix=self._namespace[0],
            separator=self._namespace[1],
            passdb=passdb.format(folder=self.folder),
            port=self.port,
            tls_port=self.tls_port,
            penalty="" if self._auth_penalty else _NO_PENALTY,
            failure_delay="2 secs" if self._auth_penalty else "0",
        )

    def _launch(self) -> None:
        command = [_program("dovecot"), "-F", "-c", str(self._configuration)]
        with (self.folder / "start.log").open("wb") as log:
            server = subprocess.Popen(
                self._as_owner(command),
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

    def _maildir(self, user: str, folder: str) -> Path:
        """Return a mailbox's folder, by the Maildir++ names that Dovecot gives."""
        root = self.folder / "mail" / user
        prefix, delimiter = self._namespace
        if folder.upper() == "INBOX":
            return root
        return root / ("." + folder.removeprefix(prefix).replace(delimiter, "."))

    def _make_maildir(self, user: str, folder: str) -> Path:
        maildir = self._maildir(user, folder)
        for path in (maildir, *(maildir / part for part in ("cur", "new", "tmp"))):
            if not path.exists():
                path.mkdir(parents=True)
                self._give_away(path)
        return maildir

    @staticmethod
    def _give_away(*paths: Path) -> None:
        """Let the server's user own the paths; without root it is our own user."""
        if os.geteuid() == 0:
            owner = _owner()
            for path in paths:
                os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)

    @staticmethod
    def _as_owner(command: list[str]) -> list[str]:
        """Return the command that runs as the server's user: Dovecot serves no mail as root."""
        if os.geteuid() != 0:
            return command
        owner = _owner()
        become = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        return [*become, "--", *command]


def _program(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=_SYSTEM_PATH)
    if found is None:
        raise ToolMissing(
            f"The IMAP server Dovecot is not installed: there is no program named {name}.",
            remedy="apt-get install dovecot-imapd, or `make setup` in a clone of the project.",
        )
    return found


def _owner() -> pwd.struct_passwd:
    """Return the user who runs the server: ourselves, or nobody if we are root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


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
