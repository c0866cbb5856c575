"""A message as large as PEC providers let through does not fill the memory."""

import hashlib
import os
import subprocess
import sys

PROGRAM = """
import hashlib, re, sys
from pathlib import Path
from intake.connectors.imap import ImapConnector
from intake.connectors.imap_options import ImapOptions

host, port, ca_file, username = sys.argv[1:]
options = ImapOptions(
    host=host, port=int(port), ca_file=ca_file, username=username,
    password={"env": "MAILBOX_PASSWORD"},
)
digest, size = hashlib.sha256(), 0
with ImapConnector("pec", options) as connector:
    for item in connector.poll(after=None, limit=10):
        for chunk in item.chunks():
            digest.update(chunk)
            size += len(chunk)
# getrusage(2) counts the program that started this one as well.
peak_kib = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
print(size, digest.hexdigest(), peak_kib // 1024)
"""
MIB = 1 << 20


def test_a_message_of_100_mb_is_read_in_less_than_150_mb_of_memory(mailbox):
    block = (b"x" * 62 + b"\r\n") * (MIB // 64)
    message = b"Subject: allegato\r\n\r\n" + block * 100
    mailbox.deliver(message)
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            PROGRAM,
            mailbox.server.host,
            str(mailbox.server.tls_port),
            str(mailbox.server.ca_file),
            mailbox.user,
        ],
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    size, digest, peak_mib = done.stdout.split()
    assert int(size) == len(message)
    assert digest == hashlib.sha256(message).hexdigest()
    assert int(peak_mib) < 150
