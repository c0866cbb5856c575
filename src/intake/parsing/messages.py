"""One message, read whole: its facts, its text, and every leaf with what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

from intake.errors import UnreadableItem
from intake.parsing import (
    addresses,
    automatic,
    bodies,
    dates,
    devices,
    media_types,
    quoted,
    structure,
)
from intake.parsing.headers import Headers
from intake.parsing.names import Paths, safe_name
from intake.parsing.structure import Budget, Part, ShapeRefused
from intake.schemas.documents import Address, Attachment, Defect, Leaf, Parsed, ParsedMessage

MAX_NESTED_MESSAGES = 10
"""Messages within messages; a deeper one is kept whole and not opened."""

_NESTED = frozenset({"message/rfc822", "message/global"})
_KNOWN = frozenset(
    {"from", "to", "cc", "subject", "date", "received", "message-id", "content-type",
     "return-path", "mime-version", "sender", "delivered-to", "reply-to"}
)  # fmt: skip


@dataclass(slots=True)
class File:
    """A leaf that is not told by the text: its record, its bytes, the type its sender gave it."""

    attachment: Attachment
    content: bytes
    declared_type: str
    part: Part


@dataclass(slots=True)
class Message:
    """A message as it was read; ``nested`` are the messages it encloses, by path."""

    raw: bytes
    root: Part
    facts: ParsedMessage
    files: list[File] = field(default_factory=list)
    nested: dict[str, Message] = field(default_factory=dict)

    @property
    def headers(self) -> Headers:
        return self.root.headers

    def all_files(self) -> list[File]:
        """Return the files of this message and of those it encloses, in their order."""
        found: list[File] = []
        for file in self.files:
            found.append(file)
            inner = self.nested.get(file.attachment.path)
            if inner is not None:
                found += inner.all_files()
        return found

    def parsed(self, **changes: Any) -> Parsed:
        """Return the result of a parser: the facts with ``changes``, every file and its bytes."""
        everything = self.all_files()
        update = {"attachments": tuple(file.attachment for file in everything), **changes}
        return Parsed(
            message=self.facts.model_copy(update=update),
            leaves=tuple(
                Leaf(path=file.attachment.path, content=file.content) for file in everything
            ),
        )


@dataclass(slots=True)
class _Context:
    """What a message shares with those it encloses."""

    profile: str
    budget: Budget = field(default_factory=Budget)
    paths: Paths = field(default_factory=Paths)
    level: int = 0
    prefix: str = ""


def read(raw: bytes, profile: str) -> Message:
    """Return the message ``raw``, whatever its bytes.

    Raises:
        UnreadableItem: it is empty (``empty``), or no message at all (``not_a_message``).
    """
    if not raw:
        raise UnreadableItem("The item has no bytes.", code="empty")
    context = _Context(profile)
    try:
        root = structure.read(raw, context.budget)
        _require_message(raw, root)
        return _read_tree(raw, root, context)
    except ShapeRefused as refusal:
        return _read_alone(raw, refusal.code, context)


def _require_message(raw: bytes, root: Part) -> None:
    names = {name for name, _ in root.headers.fields}
    if names & _KNOWN:
        return
    if not raw.strip():
        raise UnreadableItem("The item holds blanks only.", code="not_a_message")
    body = raw[root.body_start :] if names else raw
    if not media_types.is_text(body[:65536] or b" "):
        raise UnreadableItem(
            "The item has no header of a message and its bytes are no text.", code="not_a_message"
        )


def _read_alone(raw: bytes, code: str, context: _Context) -> Message:
    """Read the headers only, and keep the message as one stored leaf."""
    root = structure.read_alone(raw)
    _require_message(raw, root)
    defects = [*root.defects, Defect(code=code, detail="the parts were not opened")]
    facts = _facts(root, bodies.Body(), defects, context.profile)
    path = context.paths.claim(context.prefix, 1, "message.eml", "message/rfc822")
    attachment = Attachment(
        media_type="message/rfc822",
        size_bytes=len(raw),
        sha256=hashlib.sha256(raw).hexdigest(),
        path=path,
        reason=code,
    )
    return Message(raw, root, facts, [File(attachment, raw, "message/rfc822", root)])


def _read_tree(raw: bytes, root: Part, context: _Context) -> Message:
    body = bodies.read(root)
    told = {id(leaf) for leaf in body.leaves}
    leaves = [leaf for leaf in root.leaves() if id(leaf) not in told]
    message = Message(raw, root, ParsedMessage(profile=context.profile))
    for number, leaf in enumerate(leaves, start=1):
        _add_file(message, leaf, number, context)
    defects = [defect for part in root.walk() for defect in part.defects] + body.defects
    defects += [defect for inner in message.nested.values() for defect in inner.facts.defects]
    message.facts = _facts(root, body, defects, context.profile)
    if any(media_types.is_picture_or_pdf(file.attachment.media_type) for file in message.files):
        device = devices.find_device(message.facts.subject or "", message.facts.text)
        message.facts = message.facts.model_copy(update={"device": device})
    return message


def _add_file(message: Message, leaf: Part, number: int, context: _Context) -> None:
    content = leaf.content()
    name = safe_name(leaf.filename)
    media_type = _media_type(leaf, content, name)
    path = context.paths.claim(context.prefix, number, name, media_type)
    inner = _open_nested(content, path, context, leaf) if media_type in _NESTED else None
    attachment = Attachment(
        filename=name,
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=_is_inline(leaf),
        content_id=next(iter(leaf.headers.ids("content-id")), None),
        path=path,
        disposition="stored" if inner is None else "expanded",
    )
    message.files.append(File(attachment, content, leaf.declared_type, leaf))
    if inner is not None:
        message.nested[path] = inner


def _media_type(leaf: Part, content: bytes, name: str | None) -> str:
    if leaf.media_type in _NESTED:
        return leaf.media_type
    declared = leaf.media_type if leaf.declared_type else None
    return media_types.sniff(content[:4096], declared, name)


def _open_nested(content: bytes, path: str, context: _Context, leaf: Part) -> Message | None:
    """Read an enclosed message; None when it is too deep or no message."""
    if context.level >= MAX_NESTED_MESSAGES:
        leaf.note("too_deep", f"{path[-200:]} was not opened")
        return None
    inner = replace(context, level=context.level + 1, prefix=path)
    if not content.strip():
        return None
    try:
        return _read_tree(content, structure.read(content, context.budget), inner)
    except ShapeRefused as refusal:
        if context.level == 0:
            leaf.note(refusal.code, f"{path[-200:]} was not opened")
            return None
        raise


def _is_inline(leaf: Part) -> bool:
    if leaf.disposition:
        return leaf.disposition == "inline"
    in_page = leaf.parent is not None and leaf.parent.media_type == "multipart/related"
    return in_page and "content-id" in leaf.headers


def _facts(root: Part, body: bodies.Body, defects: list[Defect], profile: str) -> ParsedMessage:
    headers = root.headers
    sender = _first(headers, "from") or _first(headers, "sender")
    subject = headers.text("subject")
    date = dates.parse(headers.unfolded("date") or "")
    if date is None and headers.text("date"):
        defects = [
            *defects,
            Defect(code="unreadable_date", detail=(headers.text("date") or "")[:100]),
        ]
    return ParsedMessage(
        profile=profile,
        subject=subject or None,
        sender=sender,
        reply_to=_all(headers, "reply-to", defects),
        to=_all(headers, "to", defects),
        cc=_all(headers, "cc", defects),
        date=date,
        message_id=next(iter(headers.ids("message-id")), None),
        in_reply_to=next(iter(headers.ids("in-reply-to")), None),
        references=headers.ids("references"),
        text=body.text,
        new_text=quoted.new_text(body.text),
        html=body.html,
        auto=automatic.judge(root, sender.address if sender else "", subject or ""),
        defects=tuple({(defect.code, defect.detail): defect for defect in defects}.values()),
    )


def _first(headers: Headers, name: str) -> Address | None:
    value = headers.unfolded(name)
    return next(iter(addresses.parse(value)), None) if value else None


def _all(headers: Headers, name: str, defects: list[Defect]) -> tuple[Address, ...]:
    found = [address for value in headers.all_unfolded(name) for address in addresses.parse(value)]
    if len(found) >= addresses.MAX_ADDRESSES:
        defects.append(Defect(code="too_many_addresses", detail=name))
    return tuple(found[: addresses.MAX_ADDRESSES])
