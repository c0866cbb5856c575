"""The configuration of a throw-away Dovecot 2.3."""

from __future__ import annotations

import grp
import pwd
from pathlib import Path

from intake.schemas.base import Frozen
from intake.testing.certificates import ServerCertificate

_CONFIGURATION = """\
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
auth_verbose = yes
auth_failure_delay = {failure_delay}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_max_userip_connections = 50
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{folder}/mail/%u
maildir_very_dirty_syncs = no
{capabilities}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
{passdb}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  service_count = 256
  process_limit = 64
  process_min_avail = 1
}}
service anvil {{
  chroot =
{penalty}
}}
service stats {{
  chroot =
}}
"""
_PASSWORDS = """\
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users/%u
}}
"""
_TOKENS = """\
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2.conf
}}
"""
_NO_PENALTY = """\
  unix_listener anvil-auth-penalty {
    mode = 0
  }"""


class DovecotOptions(Frozen):
    """What a test may want of its server; see ``Dovecot``."""

    has_tokens: bool = False
    auth_penalty: bool = False
    namespace: tuple[str, str] = ("", "/")
    capabilities: str = ""


def configure(
    options: DovecotOptions,
    *,
    folder: Path,
    certificate: ServerCertificate,
    owner: pwd.struct_passwd,
    ports: tuple[int, int],
) -> str:
    """Return the text of ``dovecot.conf``; ``ports`` are the plain one and that of TLS."""
    prefix, separator = options.namespace
    passdb = _PASSWORDS + (_TOKENS if options.has_tokens else "")
    return _CONFIGURATION.format(
        folder=folder,
        user=owner.pw_name,
        group=grp.getgrgid(owner.pw_gid).gr_name,
        uid=owner.pw_uid,
        gid=owner.pw_gid,
        certificate=certificate.certificate_file,
        key=certificate.key_file,
        capabilities=f"imap_capability = {options.capabilities}" if options.capabilities else "",
        prefix=prefix,
        separator=separator,
        passdb=passdb.format(folder=folder),
        port=ports[0],
        tls_port=ports[1],
        penalty="" if options.auth_penalty else _NO_PENALTY,
        failure_delay="2 secs" if options.auth_penalty else "0",
    )
