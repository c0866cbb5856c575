"""What the long-lived child does: JSON in, JSON out, no database. ``stages.py`` calls it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from intake.classifying.decide import judge
from intake.classifying.guarded import SilentClassifier
from intake.classifying.topics.taxonomy import Taxonomy
from intake.interfaces import Classifier
from intake.parsing.mail import MailParser
from intake.pipeline import tasks
from intake.pipeline.disk import on_disk, open_blob
from intake.pipeline.stage_options import ClassifyOptions
from intake.pipeline.texts.classifiers import open_usable
from intake.pipeline.texts.item_texts import list_texts, origin_of
from intake.pipeline.texts.parsers import open_parser
from intake.pipeline.texts.text_files import leave_unread, read_text_files
from intake.schemas.classifications import Fault, Origin, Verdict
from intake.schemas.documents import Document, Leaf, RecognisedDocument
from intake.schemas.letters import LetterOptions
from intake.schemas.parsers import ParserOptions
from intake.schemas.receipts import ItemFacts

_OF_ASKING = ("silent", "beginning_only")
"""What ``asking.py`` adds to the options."""
_SAMPLE = b"""\
From: Anna <anna@example.org>\r
Subject: Aiut0\r
Content-Type: text/html; charset=utf-8\r
\r
<p>Il tetto si \xc3\xa8 seduto su nonna, bitte helfen, someone is inside</p>\r
"""
"""Of no clear language, with a word that is respelt, and perhaps a call for help: whatever reads in
doubt is asked."""


def preload(_payload: dict[str, Any]) -> dict[str, Any]:
    """Load what every text needs and no operator can change: libraries, our own models and lists.

    It reads a mail of ours as any mail is read, but by no plugin.
    """
    item = ItemFacts()
    message = MailParser().parse(BytesIO(_SAMPLE), item).message
    origin = origin_of(item, message)
    payload = tasks.judging(list_texts(message, {}, channel=origin.channel), origin)
    judge_documents(payload | {"options": ClassifyOptions().model_dump(mode="json")})
    return {}


def read(payload: dict[str, Any]) -> dict[str, Any]:
    """Parse the file ``path`` as ``item`` says and judge its text, and that of its text files.

    Leaves, if there are any, are put into a new folder ``out``. ``beginning_only``: text files are
    not read, for lack of time.
    """
    item = ItemFacts.model_validate(payload["item"])
    with open_blob(Path(payload["path"])) as stream:
        parsed = _parser(item.profile, ParserOptions.model_validate(payload["parsing"])).parse(
            stream, item
        )
    leaves = _keep(parsed.leaves, Path(payload["out"]))
    origin = origin_of(item, parsed.message)
    is_whole = not payload["options"].get("beginning_only")
    files, defects = read_text_files(parsed) if is_whole else (leave_unread(parsed), ())
    message = parsed.message.model_copy(update={"defects": (*parsed.message.defects, *defects)})
    texts = list_texts(message, files.documents, channel=origin.channel)
    verdict = _judge(texts, origin, payload["options"])
    return {
        "message": message.model_dump(mode="json"),
        "files": files.model_dump(mode="json"),
        "verdict": verdict.model_dump(mode="json"),
        "leaves": leaves,
    }


def _keep(leaves: Sequence[Leaf], folder: Path) -> dict[str, str]:
    """Put the bytes of each leaf into a file of the new folder; return the names by path."""
    if not leaves:
        return {}
    kept = {leaf.path: str(number) for number, leaf in enumerate(leaves)}
    with on_disk(folder):
        folder.mkdir(exist_ok=True)  # a child that died of a plugin may have made it
        for leaf in leaves:
            (folder / kept[leaf.path]).write_bytes(leaf.content)
    return kept


def judge_documents(payload: dict[str, Any]) -> dict[str, Any]:
    """Give topic, urgency and language of ``documents``, which come from ``origin``."""
    documents = [Document.model_validate(document) for document in payload["documents"]]
    origin = Origin.model_validate(payload["origin"])
    return _judge(documents, origin, payload["options"]).model_dump(mode="json")


def read_letter(payload: dict[str, Any]) -> dict[str, Any]:
    """Find what the ``documents`` of a letter, by path, say of themselves."""
    # A tenth of a second that mail need not pay.
    from intake.letters.facts import find_facts, merge  # noqa: PLC0415

    options = LetterOptions.model_validate(payload["options"])
    not_after = payload["not_after"]
    found = [
        find_facts(
            RecognisedDocument.model_validate(document),
            options,
            path=path,
            not_after=date.fromisoformat(not_after) if not_after else None,
        )
        for path, document in payload["documents"].items()
    ]
    return merge(found).model_dump(mode="json")


def _judge(documents: list[Document], origin: Origin, options: dict[str, Any]) -> Verdict:
    is_hurried = options.get("beginning_only", False)
    chosen = ClassifyOptions.model_validate(
        {name: value for name, value in options.items() if name not in _OF_ASKING}
    )
    taxonomy, fault = _taxonomy(chosen.taxonomy)
    asked: list[Classifier] = []
    faults: tuple[Fault, ...] = () if fault is None else (fault,)
    if not is_hurried:  # else to open one may be what is too much
        asked, faults = open_usable(chosen, fault)
        asked += itertools.starmap(SilentClassifier, options.get("silent", {}).items())
    return judge(
        documents,
        classifiers=asked,
        taxonomy=taxonomy,
        threshold=chosen.thresholds or chosen.threshold,
        origin=origin,
        languages=chosen.languages,
        faults=faults,
        beginning_only=is_hurried,
    )


_parser = cache(open_parser)
_taxonomy = cache(Taxonomy.load_usable)
