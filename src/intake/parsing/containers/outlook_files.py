"""Messages that Outlook saved as files: .msg (MS-OXMSG)."""

from __future__ import annotations

import re
import struct

from intake.parsing.containers import mapi
from intake.parsing.containers.compound_files import CompoundFile, Storage
from intake.parsing.containers.mapi import AttachedFile, OutlookMessage, Properties

MAX_FILES = 1000
MAX_LEVELS = 10
_PROPERTY = re.compile(r"(?i)__substg1\.0_([0-9a-f]{4})([0-9a-f]{4})\Z")
_FIXED = "__properties_version1.0"
_ATTACHMENT = "__attach_version1.0_"
_EMBEDDED = "__substg1.0_3701000D"
_WHOLE_MESSAGE = ("__substg1.0_001A001F", "__substg1.0_001A001E", "__substg1.0_0037001F",
                  "__substg1.0_0037001E", "__nameid_version1.0")  # fmt: skip


def read(data: bytes) -> OutlookMessage | None:
    """Return the message in a .msg file; None when it is another compound file, or none.

    A damaged file gives what can be read.
    """
    try:
        file = CompoundFile(data)
        root = file.root
        known = root.streams.keys() | root.storages.keys()
        if _FIXED not in known or not known.intersection(_WHOLE_MESSAGE):
            return None
        return _message(file, root, head=32, level=0)
    except (ValueError, struct.error):
        return None


def _message(file: CompoundFile, folder: Storage, *, head: int, level: int) -> OutlookMessage:
    message = OutlookMessage(properties=_properties(file, folder, head), is_whole=True)
    names = sorted(name for name in folder.storages if name.startswith(_ATTACHMENT))
    for name in names[:MAX_FILES]:
        attached = _attached(file, folder.storages[name], level)
        if attached is not None:
            message.files.append(attached)
    return message


def _attached(file: CompoundFile, folder: Storage, level: int) -> AttachedFile | None:
    properties = _properties(file, folder, 8)
    content = properties.get(mapi.ATTACHED_DATA)
    embedded = folder.storages.get(_EMBEDDED)
    if isinstance(content, bytes):
        return mapi.describe_file(properties, content)
    if embedded is None or level >= MAX_LEVELS or _FIXED not in embedded.streams:
        return None
    inner = _message(file, embedded, head=24, level=level + 1)
    attached = mapi.describe_file(properties, mapi.to_mime(inner))
    attached.media_type = "message/rfc822"
    return attached


def _properties(file: CompoundFile, folder: Storage, head: int) -> Properties:
    """Return the properties of a folder: short ones in one stream, others in one each (§2.4)."""
    found = _fixed_properties(file, folder, head)
    page = found.get(mapi.MESSAGE_CODE_PAGE) or found.get(mapi.INTERNET_CODE_PAGE)
    code_page = mapi.code_page_name(page)
    for name, stream in folder.streams.items():
        match = _PROPERTY.match(name)
        if match:
            number, kind = int(match[1], 16), int(match[2], 16)
            if kind in mapi.VARIABLE:
                found.setdefault(number, mapi.value_of(kind, file.read(stream), code_page))
    return found


def _fixed_properties(file: CompoundFile, folder: Storage, head: int) -> Properties:
    found: Properties = {}
    if _FIXED not in folder.streams:
        return found
    data = file.read(folder.streams[_FIXED])[head:]
    for start in range(0, len(data) - 15, 16):
        kind, number = struct.unpack_from("<HH", data, start)
        if kind not in mapi.VARIABLE:
            found.setdefault(number, int.from_bytes(data[start + 8 : start + 16], "little"))
    return found
