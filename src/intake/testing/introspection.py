"""A token server as small as Dovecot asks for: says whose an OAuth2 access token is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self


class TokenServer:
    """Answers ``GET /`` with ``Authorization: Bearer TOKEN``; a context manager on loopback.

    A known token is answered with its user's name, any other with status 401.
    """

    def __init__(self, tokens: Mapping[str, str]) -> None:
        """``tokens`` is a live mapping from access token to user name."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(tokens))
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"


def _handler(tokens: Mapping[str, str]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Looks a token up."""

        def do_GET(self) -> None:
            """Answer with the owner of the bearer token (RFC 6750 §2.1)."""
            owner = tokens.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
            body = json.dumps({"active": owner is not None, "username": owner or ""}).encode()
            self.send_response(200 if owner else 401)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the request line belongs to a test."""

    return Handler
