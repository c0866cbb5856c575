"""The files that an operator keeps for the parsers."""

from __future__ import annotations

from intake.errors import ConfigError
from intake.parsing.signing.anchors import Anchors
from intake.schemas.parsers import ParserOptions


def read_passwords(options: ParserOptions) -> tuple[str, ...]:
    """Return the passwords to try, one a line in their file; none where there is no file.

    Raises:
        ConfigError: the file cannot be read.
    """
    if options.passwords_file is None:
        return ()
    try:
        lines = options.passwords_file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"The passwords in {options.passwords_file} cannot be read: {error}"
        ) from error
    return tuple(dict.fromkeys(line for line in lines if line))


def read_anchors(options: ParserOptions) -> Anchors | None:
    """Return the certificates to trust; None where the operator names no file.

    Raises:
        ConfigError: the file cannot be read or holds no certificate.
    """
    if options.pec_anchors is None:
        return None
    from intake.parsing.signing.certificates import read_pem  # noqa: PLC0415 - cryptography, where needed

    try:
        return read_pem(options.pec_anchors.read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The certificates in {options.pec_anchors} cannot be read: {error}"
        ) from error
