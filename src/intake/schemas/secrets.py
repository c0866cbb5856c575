"""SecretRef: where a secret is, never the secret itself."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Self

from pydantic import model_validator

from intake.errors import ConfigError
from intake.schemas.base import Frozen

_PASSWORD = re.compile(r"(?<=://)([^:/@]*):.*(?=@)", re.DOTALL)
_NO_PORT = re.compile(r"(?<=://)([^:/?]*):(?!\d+(?:[/?]|$))[^/?]*")
"""What stands where a port would, in a URL without a host."""
_PASSWORD_OPTION = re.compile(r"(?i)([?&](?:password|sslpassword|passfile)=)[^&]*")


def without_password(url: str) -> str:
    """Return a URL that may be shown: all up to the last ``@`` could be the password's."""
    shown = _PASSWORD_OPTION.sub(r"\1***", _PASSWORD.sub(r"\1:***", url))
    return shown if "@" in url else _NO_PORT.sub(r"\1:***", shown)


class SecretRef(Frozen):
    """A reference to a secret: ``{ env = "NAME" }`` or ``{ file = "/path" }``."""

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (self.env is None) == (self.file is None):
            raise ValueError('a secret is { env = "NAME" } or { file = "/path" }, one of the two')
        return self

    def reveal(self) -> str:
        """Return the secret; a file's trailing line end is not part of it.

        Raises:
            ConfigError: the variable is not set or the file cannot be read.
        """
        if self.env is not None:
            return self._from_environment(self.env)
        assert self.file is not None  # noqa: S101 - _exactly_one holds
        try:
            return self.file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                f"The secret file {self.file} cannot be read: {error}",
                remedy=f"Create {self.file} with the secret in it, readable by this user.",
            ) from error

    @staticmethod
    def _from_environment(name: str) -> str:
        try:
            return os.environ[name]
        except KeyError:
            raise ConfigError(
                f"The environment variable {name}, which holds a secret, is not set.",
                remedy=f"Set {name} before intake starts, or use {{ file = ... }}.",
            ) from None
