"""Peak memory of a process that receives one message of 100 MB from a real IMAP server.

Run ``python benchmarks/bench_memory.py [MEGABYTES]``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from intake import Intake, Settings
from intake.testing.dovecot import Dovecot

PASSWORD_VARIABLE = "BENCH_PASSWORD"


def main() -> None:
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with Dovecot() as server, tempfile.TemporaryDirectory() as folder:
        server.add_user("bench", "bench-password")
        server.deliver("bench", _message(megabytes))
        address = [server.host, str(server.tls_port), str(server.ca_file), folder]
        command = [sys.executable, __file__, "--receive", *address]
        environment = os.environ | {PASSWORD_VARIABLE: "bench-password"}
        output = subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout
    print(f"load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} CPUs")
    print(output.strip())


def _message(megabytes: int) -> bytes:
    head = b"From: a@example.org\r\nSubject: grande\r\n\r\n"
    return head + (b"x" * 76 + b"\r\n") * (megabytes * 1_000_000 // 78)


def receive(host: str, port: str, ca_file: str, folder: str) -> None:
    source = {
        "kind": "imap",
        "host": host,
        "port": int(port),
        "ca_file": ca_file,
        "username": "bench",
        "password": {"env": PASSWORD_VARIABLE},
    }
    with Intake(Settings(data_dir=Path(folder) / "data", sources={"inbox": source})) as app:
        report = app.poll()
    status = Path("/proc/self/status").read_text()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024  # proc(5): this program's own
    size = app.settings.blob_dir
    stored = sum(path.stat().st_size for path in size.rglob("*") if path.is_file())
    print(f"received {report.sources['inbox'].received} message, {stored / 1e6:.0f} MB")
    print(f"peak resident memory {peak:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--receive"]:
        receive(*sys.argv[2:])
    else:
        main()
