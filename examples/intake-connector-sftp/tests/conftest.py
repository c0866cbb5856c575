"""A real OpenSSH server on a free port of this machine, as the user who runs the tests."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

_SSHD = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM {pam}
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
LogLevel ERROR
"""


class SshServer:
    """Serves the files of this machine over SFTP to whoever has ``user_key``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.user_key = folder / "user_key"
        self.known_hosts = folder / "known_hosts"
        for name in ("host_key", "user_key", "stranger_key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name]
            subprocess.run(command, check=True)
        self.start()

    def start(self) -> None:
        self.port = _free_port()
        kind, key, *_ = (self.folder / "host_key.pub").read_text().split()
        self.known_hosts.write_text(f"[127.0.0.1]:{self.port} {kind} {key}\n")
        config = self.folder / "sshd_config"
        pam = "yes" if _root_is_locked() else "no"
        config.write_text(_CONFIG.format(port=self.port, folder=self.folder, pam=pam))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # where root's sshd drops rights
        log = self.folder / "sshd.log"
        self.process = subprocess.Popen([_SSHD, "-D", "-E", log, "-f", config])
        self._wait_until_it_answers()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    if connection.recv(4) == b"SSH-":
                        return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError((self.folder / "sshd.log").read_text())


@pytest.fixture
def server(tmp_path):
    if _SSHD is None:
        pytest.fail("sshd is missing: apt-get install openssh-server", pytrace=False)
    folder = tmp_path / "ssh"
    folder.mkdir()
    server = SshServer(folder)
    yield server
    server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _root_is_locked() -> bool:
    """Tell whether sshd would turn root away without PAM: a password that begins with ``!``."""
    if os.getuid() != 0:
        return False
    lines = Path("/etc/shadow").read_text().splitlines()
    return any(line.startswith("root:!") for line in lines)
