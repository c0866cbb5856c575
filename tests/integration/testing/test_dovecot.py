"""The throw-away IMAP server starts, keeps mail over a restart, and leaves nothing behind."""

import imaplib
import shutil
import ssl
import tempfile
import time
from pathlib import Path

import pytest

from intake.errors import ToolMissing
from intake.testing.dovecot import Dovecot


def log_in(server, password="secret"):
    context = ssl.create_default_context(cafile=str(server.ca_file))
    client = imaplib.IMAP4_SSL(server.host, server.tls_port, ssl_context=context, timeout=30)
    try:
        client.login("contact", password)
    except BaseException:
        client.shutdown()
        raise
    return client


@pytest.fixture
def short_folder():
    """Return a folder that lasts for the test; pytest's own have too long a path for sockets."""
    folder = Path(tempfile.mkdtemp(prefix="intake-t-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_delivered_message_is_read_over_tls_and_back_from_its_file():
    with Dovecot() as server:
        server.deliver("contact", b"Subject: prova\r\n\r\nciao\r\n")
        with log_in(server) as client:
            assert client.select() == ("OK", [b"1"])
            assert client.fetch("1", "BODY.PEEK[]")[1][0][1] == b"Subject: prova\r\n\r\nciao\r\n"
        assert server.messages("contact") == [b"Subject: prova\r\n\r\nciao\r\n"]


def test_nothing_is_left_when_it_is_stopped():
    with Dovecot() as server:
        folder, pid = server.folder, server.pid
        assert pid is not None
    assert not folder.exists()
    assert not Path(f"/proc/{pid}").exists()


def test_a_restart_cuts_every_connection_and_keeps_mail_and_ports():
    with Dovecot() as server:
        server.deliver("contact", b"Subject: prova\r\n\r\n")
        client = log_in(server)
        server.restart()
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            client.noop()
        client.shutdown()
        with log_in(server) as again:
            assert again.select() == ("OK", [b"1"])


def test_a_server_left_running_is_stopped_by_whoever_knows_its_folder(short_folder):
    left = Dovecot(folder=short_folder)
    left.start()
    left.deliver("contact", b"Subject: prova\r\n\r\n")
    Dovecot(folder=short_folder).stop()
    assert left.pid is None
    with Dovecot(folder=short_folder) as later:
        assert later.messages("contact") == [b"Subject: prova\r\n\r\n"]


def test_a_wrong_password_is_answered_slowly_if_asked():
    with Dovecot(auth_penalty=True) as server:
        start = time.monotonic()
        with pytest.raises(imaplib.IMAP4.error):
            log_in(server, password="wrong")
        assert time.monotonic() - start > 1


def test_a_machine_without_dovecot_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(ToolMissing) as caught:
        Dovecot().start()
    assert "apt-get install dovecot-imapd" in caught.value.remedy
