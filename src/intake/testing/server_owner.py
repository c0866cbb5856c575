"""Who runs a throw-away mail server: ourselves, or somebody harmless if we are root."""

from __future__ import annotations

import os
import pwd
from pathlib import Path


def server_owner() -> pwd.struct_passwd:
    """Return the user who runs the server: ourselves, or nobody if we are root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


def give_away(*paths: Path) -> None:
    """Let the server's user own the paths; without root it is our own user."""
    if os.geteuid() == 0:
        owner = server_owner()
        for path in paths:
            os.chown(path, owner.pw_uid, owner.pw_gid, follow_symlinks=False)


def as_owner(command: list[str]) -> list[str]:
    """Return the command that runs as the server's user: Dovecot serves no mail as root."""
    if os.geteuid() != 0:
        return command
    owner = server_owner()
    become = ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
    return [*become, "--", *command]
