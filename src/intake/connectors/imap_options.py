"""What an IMAP source can be told."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from intake.schemas.base import Frozen
from intake.schemas.secrets import SecretRef

Security = Literal["tls", "starttls", "plain"]
AfterReceive = Literal["move", "keyword", "leave"]

_MIB = 1 << 20
_HEX_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYWORD = re.compile(r"[$A-Za-z0-9_-]+")
_PROVIDER = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class ImapOptions(Frozen):
    """What an IMAP source can be told. Times in seconds, sizes in bytes."""

    host: str = Field(min_length=1, description="Name or address of the server.")
    port: int | None = Field(
        default=None, ge=1, le=65535, description="993 with tls, 143 otherwise, unless given."
    )
    security: Security = Field(
        default="tls",
        description=(
            "tls: encrypted from the first byte. starttls: the same, after a plain greeting, or no "
            "session at all. plain: not encrypted; only to this machine."
        ),
    )
    ca_file: Path | None = Field(
        default=None, description="PEM file of an authority to trust besides the system's."
    )
    fingerprint: str | None = Field(
        default=None,
        description=(
            "SHA-256 of the server's certificate in hexadecimal, colons allowed. That certificate "
            "alone is accepted then, whoever signed it and whatever name it bears."
        ),
    )
    username: str = Field(min_length=1, description="The name to log in with.")
    password: SecretRef | None = Field(default=None, description="Where the password is.")
    token_provider: str | None = Field(
        default=None,
        description=(
            "package.module:callable, called with the username; returns an OAuth2 access token."
        ),
    )
    mailbox: str = Field(
        default="INBOX", min_length=1, max_length=400, description="The mailbox to read."
    )
    after_receive: AfterReceive = Field(
        default="move",
        description=(
            "What happens to a message that is safely ours: move it to processed_folder, mark it "
            "with keyword, or leave it as it is."
        ),
    )
    processed_folder: str = Field(
        default="Processed",
        min_length=1,
        description="Where messages are moved; made when missing. / separates its levels.",
    )
    keyword: str = Field(
        default="IntakeReceived",
        description="The keyword that marks a message: letters, digits, $, - and _.",
    )
    connect_timeout_s: float = Field(
        default=15, gt=0, description="Longest wait for the connection and the greeting."
    )
    read_timeout_s: float = Field(
        default=60, gt=0, description="Longest silence of the server during a command."
    )
    deadline_s: float = Field(
        default=30,
        gt=0,
        description="Longest duration of a command, beside the time its bytes may take.",
    )
    slowest_bytes_per_s: int = Field(
        default=50_000, gt=0, description="The slowest transfer that is waited for."
    )
    batch_messages: int = Field(
        default=200, ge=1, le=1000, description="Most messages that are fetched at once."
    )
    batch_bytes: int = Field(
        default=8 * _MIB,
        ge=1,
        description="Most bytes that are fetched at once; longer messages are read in chunks.",
    )
    chunk_bytes: int = Field(
        default=_MIB, ge=1024, description="Bytes of one chunk of a long message."
    )

    @property
    def port_number(self) -> int:
        """Return the port: the given one, or the one that IANA gave to the protocol."""
        return self.port or (993 if self.security == "tls" else 143)

    @field_validator("username", "mailbox", "processed_folder")
    @classmethod
    def _one_line(cls, value: str) -> str:
        """Refuse what would end the line of a command (RFC 9051 §9, ``quoted``)."""
        if _CONTROL.search(value):
            raise ValueError("may not hold control characters")
        return value

    @field_validator("fingerprint")
    @classmethod
    def _hexadecimal(cls, value: str | None) -> str | None:
        plain = None if value is None else value.replace(":", "").lower()
        if plain is not None and not _HEX_SHA256.fullmatch(plain):
            raise ValueError("a SHA-256 fingerprint has 64 hexadecimal digits")
        return plain

    @field_validator("keyword")
    @classmethod
    def _storable(cls, value: str) -> str:
        """Refuse what servers accept and then change in silence, such as accents."""
        if not _KEYWORD.fullmatch(value):
            raise ValueError("letters, digits, $, - and _ only")
        return value

    @field_validator("token_provider")
    @classmethod
    def _importable(cls, value: str | None) -> str | None:
        if value is not None and not _PROVIDER.fullmatch(value):
            raise ValueError("written as package.module:callable")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.password is None) == (self.token_provider is None):
            raise ValueError("give password or token_provider, one of the two")
        if self.security == "plain" and not _is_loopback(self.host):
            raise ValueError('security = "plain" is for this machine only: use "tls" or "starttls"')
        if self.processed_folder.casefold() == self.mailbox.casefold():
            raise ValueError("processed_folder may not be the mailbox itself")
        return self


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
