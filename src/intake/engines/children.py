"""Children that open untrusted bytes: killable, limited, without a database handle.

A crash of native code, a hang or a memory bomb costs one attempt of one item, never its
neighbours. A child is a process of its own in a session of its own, killed as a group, so that
the programs it started (Tesseract, Poppler) die with it. It gets paths and values, and its
answers are JSON: nothing it says is ever executed.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from types import TracebackType
from typing import Any, Self

from intake import errors
from intake.engines.frames import LENGTH, MAX_FRAME_BYTES, write_frame
from intake.errors import IntakeError, ItemError, StoreError, TransientFailure
from intake.schemas.base import Frozen

_KEPT_VARIABLES = ("HOME", "LANG", "LC_ALL", "PATH", "TESSDATA_PREFIX", "TZ", "VIRTUAL_ENV")
_SINGLE_THREADED = {
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
}
_QUICK_START = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""Else pydantic looks into every installed package for its plugins, which we do not use."""


class Limits(Frozen):
    """What a child may use. ``timeout_s`` is per task; ``cpu_s`` per life, None for no limit."""

    timeout_s: float
    memory_bytes: int
    cpu_s: int | None = None


class Child:
    """One child process, started at the first task and again when it died.

    Use it in one thread only: the kernel ends the child with the thread that started it. Its
    temporary files are made in ``temp_dir``, which the caller removes.
    """

    def __init__(self, limits: Limits, *, temp_dir: str) -> None:
        self._limits = limits
        self._temp_dir = temp_dir
        self._process: subprocess.Popen[bytes] | None = None
        self._is_killed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_killed(self) -> bool:
        """Whether somebody stopped the child for good."""
        return self._is_killed

    def call(self, task: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Run ``package.module:function`` on the payload in the child and return its answer.

        Raises:
            TransientFailure: the child crashed, hung, ran out of memory or met a defect
                (codes ``crash``, ``timeout``, ``memory``, ``depth``, ``defect``).
            IntakeError: whatever the task raised of our own errors.
        """
        process = self._running()
        try:
            assert process.stdin is not None  # noqa: S101 - we asked for a pipe
            write_frame(process.stdin, {"task": task, "payload": payload})
            answer = self._await_answer(process)
        except (BrokenPipeError, EOFError):
            raise self._crashed(process) from None
        except BaseException:
            self.close()
            raise
        if "error" in answer:
            raise _revived(answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    def kill(self) -> None:
        """Kill the child and everything it started, while another thread waits for its answer.

        No child is started any more: every later call fails as a crash does.
        """
        self._is_killed = True
        process = self._process
        if process is not None:
            _kill_group(process)

    def close(self) -> None:
        """Kill the child and everything it started; it has nothing to lose."""
        process, self._process = self._process, None
        if process is None:
            return
        _kill_group(process)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        process.wait()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._is_killed:
            raise TransientFailure("The run was stopped.", code="crash")
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._process = _start(self._limits, self._temp_dir)
        return self._process

    def _await_answer(self, process: subprocess.Popen[bytes]) -> dict[str, Any]:
        assert process.stdout is not None  # noqa: S101 - we asked for a pipe
        descriptor = process.stdout.fileno()
        deadline = time.monotonic() + self._limits.timeout_s
        header = self._read_exactly(descriptor, LENGTH.size, deadline)
        (length,) = LENGTH.unpack(header)
        if length > MAX_FRAME_BYTES:
            self.close()
            raise TransientFailure(f"The child answered with {length} bytes.", code="memory")
        answer: dict[str, Any] = json.loads(self._read_exactly(descriptor, length, deadline))
        return answer

    def _read_exactly(self, descriptor: int, length: int, deadline: float) -> bytes:
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while len(received) < length:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise TransientFailure(
                        f"Took longer than {self._limits.timeout_s:g} s and was stopped.",
                        code="timeout",
                    )
                chunk = os.read(descriptor, length - len(received))
                if not chunk:
                    raise EOFError
                received += chunk
        return bytes(received)

    def _crashed(self, process: subprocess.Popen[bytes]) -> TransientFailure:
        try:
            code = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            code = 0
        self.close()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return TransientFailure(f"The child process ended by itself: {how}.", code="crash")


def _start(limits: Limits, temp_dir: str) -> subprocess.Popen[bytes]:
    arguments = limits.model_dump() | {"parent": os.getpid()}
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "intake.engines.child", json.dumps(arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment() | {"TMPDIR": temp_dir},
            start_new_session=True,
        )
    except OSError as error:
        raise StoreError(
            f"No child process can be started: {error}",
            remedy="Give the machine memory or processes (ulimit -u, pids.max), then run again.",
        ) from error


def _environment() -> dict[str, str]:
    """Return what a child needs: no secret of ours is in it."""
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return kept | _SINGLE_THREADED | _QUICK_START | {"PYTHONPATH": path}


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _close_quietly(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:
        return


def _revived(described: dict[str, Any]) -> IntakeError:
    """Make the error again that the child described."""
    kind = getattr(errors, described["class"], TransientFailure)
    message, remedy = described["message"], described.get("remedy")
    if issubclass(kind, ItemError):
        return kind(message, code=described["code"], remedy=remedy)
    if issubclass(kind, IntakeError):
        return kind(message, remedy=remedy)
    return TransientFailure(message, code="defect")
