"""One message, read whole: its facts, its text, and every leaf with what became of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from intake.errors import UnreadableItem
from intake.parsing import media_types
from intake.parsing.containers import openers
from intake.parsing.containers.shared import Allowance, ContainerRefused
from intake.parsing.messages import bodies, devices, structure
from intake.parsing.messages.message import File, Message
from intake.parsing.messages.message_facts import facts_of
from intake.parsing.messages.structure import Budget, Part, ShapeRefused
from intake.parsing.writing.names import Paths, safe_name
from intake.schemas.documents import Attachment, Defect, ParsedMessage

MAX_LEVELS = 10
"""Messages and containers within each other; a deeper one is kept whole and not opened."""
_KNOWN = frozenset(
    {"from", "to", "cc", "subject", "date", "received", "message-id", "content-type",
     "return-path", "mime-version", "sender", "delivered-to", "reply-to"}
)  # fmt: skip


@dataclass(slots=True)
class _Context:
    """What a message shares with those it encloses."""

    profile: str
    passwords: tuple[str, ...] = ()
    budget: Budget = field(default_factory=Budget)
    allowance: Allowance = field(default_factory=Allowance)
    paths: Paths = field(default_factory=Paths)
    defects: list[Defect] = field(default_factory=list)
    """Of containers; those of parts are with the parts."""
    level: int = 0
    prefix: str = ""
    is_in_archive: bool = False

    def inside(self, path: str, *, archive: bool = False) -> _Context:
        """Return the context of what is in the file ``path``."""
        return replace(
            self,
            level=self.level + 1,
            prefix=path,
            is_in_archive=self.is_in_archive or archive,
        )


@dataclass(slots=True)
class _Found:
    """A file before it has its record."""

    content: bytes
    name: str | None
    declared_type: str | None
    part: Part | None = None


def read(raw: bytes, profile: str, passwords: Sequence[str] = ()) -> Message:
    """Return the message ``raw``, whatever its bytes; ``passwords`` are tried on locked files.

    Raises:
        UnreadableItem: it is empty (``empty``), or no message at all (``not_a_message``).
    """
    if not raw:
        raise UnreadableItem("The item has no bytes.", code="empty")
    context = _Context(profile, tuple(passwords))
    raw = openers.as_message(raw)
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
    facts = facts_of(root, bodies.Body(), defects, context.profile)
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
    found = [
        _Found(leaf.content(), leaf.filename, leaf.media_type if leaf.declared_type else None, leaf)
        for leaf in leaves
    ]
    found += [_Found(entry.content, entry.name, entry.media_type) for entry in body.files]
    message.files = [_read_file(each, n, context) for n, each in enumerate(found, start=1)]
    _tell_wrapped_text(body, message.files)
    defects = [defect for part in root.walk() for defect in part.defects] + body.defects
    if context.level == 0:
        inner = [file.message for file in message.all_files() if file.message is not None]
        defects += [defect for each in inner for defect in each.facts.defects] + context.defects
    message.facts = facts_of(root, body, defects, context.profile)
    if any(media_types.is_picture_or_pdf(file.attachment.media_type) for file in message.files):
        device = devices.find_device(message.facts.subject or "", message.facts.text)
        message.facts = message.facts.model_copy(update={"device": device})
    return message


def _tell_wrapped_text(body: bodies.Body, files: list[File]) -> None:
    """Add the text of signed messages; that of winmail.dat where there is no other."""
    for file in files:
        inner = file.message
        if inner is None or not inner.facts.text.strip():
            continue
        is_outlook = file.attachment.media_type == openers.TNEF and not body.text.strip()
        if file.is_body or is_outlook:
            file.is_body = True
            body.text = "\n\n".join(filter(None, (body.text, inner.facts.text)))
            body.html = "\n".join(filter(None, (body.html, inner.facts.html))) or None
            others = (body.alternative, inner.facts.alternative)
            body.alternative = "\n".join(filter(None, others))


def _read_file(found: _Found, number: int, context: _Context) -> File:
    """Return a file with its record, and with all that can be taken out of it."""
    content, part = found.content, found.part
    name = safe_name(found.name)
    media_type = openers.media_type(content, found.declared_type, name)
    path = context.paths.claim(context.prefix, number, name, media_type)
    attachment = Attachment(
        filename=name,
        media_type=media_type,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        inline=part is not None and _is_inline(part),
        content_id=None if part is None else next(iter(part.headers.ids("content-id")), None),
        path=path,
    )
    declared = part.declared_type if part is not None else found.declared_type or ""
    file = File(attachment, content, declared, part)
    kind = openers.kind_of(content, media_type, name, is_in_archive=context.is_in_archive)
    if kind is not None:
        _open(file, kind, context)
    return file


def _open(file: File, kind: openers.Kind, context: _Context) -> None:
    """Take out what is in a container; one that stays shut says why."""
    path = file.attachment.path
    if context.level >= MAX_LEVELS:
        context.defects.append(Defect(code="too_deep", detail=f"{path[-200:]} was not opened"))
        file.attachment = file.attachment.model_copy(update={"reason": "too_deep"})
        return
    try:
        opened = openers.open_file(
            kind, file.content, file.attachment.filename, context.allowance, context.passwords
        )
        if opened is None:
            return
        _take_out(file, opened, context.inside(path, archive=kind in openers.ARCHIVES))
        reason = None
    except (ContainerRefused, ShapeRefused) as refusal:
        reason = refusal.code
        context.defects.append(Defect(code=reason, detail=f"{path[-200:]} was not opened"))
    is_open = file.message is not None or (bool(file.files) and kind not in openers.DOCUMENTS)
    update: dict[str, Any] = {"reason": reason, "disposition": "expanded" if is_open else "stored"}
    file.attachment = file.attachment.model_copy(update=update)


def _take_out(file: File, opened: openers.Opened, inside: _Context) -> None:
    """Read what was in a container as files, or as the message it holds."""
    for code, detail in opened.defects:
        inside.defects.append(Defect(code=code, detail=f"{inside.prefix[-200:]}: {detail[:200]}"))
    if opened.unwrapped:
        update = {"unwrapped": opened.unwrapped}
        file.attachment = file.attachment.model_copy(update=update)
    if opened.message is not None:
        file.message = _read_tree(
            opened.message, structure.read(opened.message, inside.budget), inside
        )
        file.is_body = opened.is_body
    for number, entry in enumerate(opened.entries, start=1):
        inside.budget.spend_part()
        found = _Found(entry.content, entry.name, entry.media_type)
        file.files.append(_read_file(found, number, inside))


def _is_inline(leaf: Part) -> bool:
    if leaf.disposition:
        return leaf.disposition == "inline"
    in_page = leaf.parent is not None and leaf.parent.media_type == "multipart/related"
    return in_page and "content-id" in leaf.headers
