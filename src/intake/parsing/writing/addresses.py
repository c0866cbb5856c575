"""Lists of mailboxes in From, To, Cc and Reply-To (RFC 5322 §3.4), and what people write there."""

from __future__ import annotations

from dataclasses import dataclass, field

from intake.parsing.writing import encoded_words
from intake.parsing.writing.text import clean_line
from intake.schemas.documents import Address

MAX_ADDRESSES = 1000


@dataclass(slots=True)
class _Mailbox:
    """One mailbox as it is read: the words outside brackets, the address, the comments."""

    words: list[str] = field(default_factory=list)
    address: str | None = None
    comments: list[str] = field(default_factory=list)

    @property
    def is_bare_phrase(self) -> bool:
        return self.address is None and "@" not in "".join(self.words)


def parse(value: str) -> list[Address]:
    """Return the mailboxes of an unfolded header, at most ``MAX_ADDRESSES``, in their order.

    Encoded words are decoded after the list is cut, so that a comma in a name does no harm.
    Semicolons between addresses, groups, comments, unquoted colons and commas in names and
    ``address (Name)`` are understood. One pass: linear in the length of ``value``.
    """
    found: list[Address] = []
    waiting = ""  # the "Rossi" of an unquoted "Rossi, Mario <m.rossi@example.it>"
    for mailbox, separator in _cut(value):
        if mailbox.is_bare_phrase and separator == ",":
            waiting = " ".join(filter(None, (waiting, _phrase(mailbox) and _phrase(mailbox) + ",")))
            continue
        address = _address(mailbox)
        if address is None:
            waiting = ""
            continue
        if waiting and address.name and mailbox.address is not None:
            address = Address(name=f"{waiting} {address.name}", address=address.address)
        waiting = ""
        found.append(address)
        if len(found) >= MAX_ADDRESSES:
            return found
    return found


def _cut(value: str) -> list[tuple[_Mailbox, str]]:
    """Cut the list at commas and semicolons outside quotes, brackets and comments."""
    last_semicolon = value.rfind(";")
    found: list[tuple[_Mailbox, str]] = []
    mailbox = _Mailbox()
    start = position = 0
    while position < len(value) and len(found) <= 2 * MAX_ADDRESSES:
        character = value[position]
        if character in ',;:"<(':
            if character == ":" and (last_semicolon < position or "@" in value[start:position]):
                position += 1
                continue
            mailbox.words.append(value[start:position])
            if character == ":":
                mailbox = _Mailbox()  # the name of a group is nobody's name
                position += 1
            elif character in ",;":
                found.append((mailbox, character))
                mailbox = _Mailbox()
                position += 1
            else:
                position = _take(mailbox, value, position)
            start = position
        else:
            position += 1
    mailbox.words.append(value[start:])
    return [*found, (mailbox, "")]


def _take(mailbox: _Mailbox, value: str, position: int) -> int:
    """Take the quoted string, bracket or comment at ``position``; return where it ends."""
    opening = value[position]
    if opening == "<":
        end = value.find(">", position)
        if end < 0:
            end = len(value)
        mailbox.address = value[position + 1 : end]
        return end + 1
    end = _end_of_comment(value, position) if opening == "(" else _end_of_quote(value, position)
    inner = value[position + 1 : end].replace('\\"', '"').replace("\\\\", "\\")
    if opening == "(":
        mailbox.comments.append(inner)
    elif value[end + 1 : end + 2] == "@":  # "mario rossi"@example.it
        mailbox.words.append(f'"{inner}"')
    else:
        mailbox.words.append(inner.replace("@", "\ue000"))  # an address in quotes is a name
    return end + 1


def _end_of_quote(value: str, position: int) -> int:
    position += 1
    while position < len(value):
        if value[position] == "\\":
            position += 1
        elif value[position] == '"':
            return position
        position += 1
    return len(value)


def _end_of_comment(value: str, position: int) -> int:
    depth = 0
    while position < len(value):
        if value[position] == "\\":
            position += 1
        elif value[position] == "(":
            depth += 1
        elif value[position] == ")":
            depth -= 1
            if depth == 0:
                return position
        position += 1
    return len(value)


def _phrase(mailbox: _Mailbox) -> str:
    text = " ".join(" ".join(mailbox.words).replace("\ue000", "@").split())
    return clean_line(encoded_words.decode(text)).strip("\"' ")


def _address(mailbox: _Mailbox) -> Address | None:
    if mailbox.address is not None:
        address = _addr_spec(mailbox.address)
        name = _phrase(mailbox)
        if not address and "@" in name and " " not in name:  # From: a@example.it <>
            return Address(address=name)
    else:
        text = "".join(mailbox.words)
        if "@" not in text:
            name = _phrase(mailbox)
            return Address(name=name) if name else None
        words = text.replace("\ue000", "@").split()
        address = _addr_spec(next((word for word in words if "@" in word), ""))
        name = clean_line(encoded_words.decode(" ".join(w for w in words if "@" not in w)))
    if not name and mailbox.comments:
        name = clean_line(encoded_words.decode(mailbox.comments[-1]))
    return Address(name=name, address=address) if name or address else None


def _addr_spec(text: str) -> str:
    address = clean_line("".join(encoded_words.decode(text).split()))
    if address.lower().startswith("mailto:"):
        address = address[7:]
    if address.startswith("@") and ":" in address:  # an obsolete source route (§4.4)
        address = address.partition(":")[2]
    return address.strip("<>'")
