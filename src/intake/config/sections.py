"""The tables of intake.toml: every setting, with its default and what it does."""

from __future__ import annotations

import os
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from intake.config.values import DatabaseUrl, LocalPath, Number, Share, TimeZone, Whole, Words
from intake.schemas.base import Frozen


class Section(Frozen):
    """One table of intake.toml."""

    model_config = ConfigDict(validate_default=True)


class DatabaseSettings(Section):
    """Where receipts, requests and events are kept."""

    url: DatabaseUrl | None = Field(
        default=None,
        description="SQLAlchemy URL. Left out: SQLite in data_dir/intake.db. "
        "A password is better kept in INTAKE_DATABASE__URL than in this file.",
        examples=["postgresql+psycopg://intake@localhost/intake"],
        repr=False,
    )


class BlobSettings(Section):
    """Where the original bytes are kept."""

    path: LocalPath | None = Field(
        default=None,
        description="Folder of the original bytes. Left out: data_dir/blobs.",
        examples=["intake-data/blobs"],
    )


class ReceiveSettings(Section):
    """How items are taken from the sources."""

    group_items: Whole = Field(
        default=50, ge=1, description="Items that are committed and acknowledged together, at most."
    )
    group_bytes: Whole = Field(
        default=64_000_000,
        ge=1,
        description="Bytes that are committed and acknowledged together; a bigger item goes alone.",
    )
    poll_limit: Whole = Field(
        default=10_000, ge=1, description="Items taken from one source by one poll, at most."
    )
    lease_s: Whole = Field(
        default=300,
        ge=1,
        description="Seconds for which a poll holds its source; another run takes over after that.",
    )
    full_scan_hours: Number = Field(
        default=24,
        ge=0,
        description="Hours after which a source is listed whole again instead of from the last "
        "item on; 0 lists it whole at every poll.",
    )


class ProcessingSettings(Section):
    """How received items become requests."""

    workers: Whole = Field(
        default=0, ge=0, description="Items processed at the same time; 0 is one per usable CPU."
    )
    lease_s: Whole = Field(
        default=900,
        ge=1,
        description="Seconds for which a worker holds an item; after that it is given to another.",
    )
    max_failures: Whole = Field(
        default=3,
        ge=1,
        description="Failures after which an item is no longer tried, but filed with what was read "
        "of it, or quarantined.",
    )
    retry_delay_s: Whole = Field(
        default=60,
        ge=0,
        le=31_536_000,
        description="Seconds before an item that failed is tried again.",
    )
    light_timeout_s: Number = Field(
        default=30, gt=0, description="Seconds allowed for reading one message."
    )
    light_memory_mb: Whole = Field(
        default=1024, ge=128, description="Megabytes of memory allowed for reading one message."
    )
    heavy_timeout_s: Number = Field(
        default=300,
        gt=0,
        description="Seconds allowed for recognising one document; pages that hang may cost an "
        "item as many in all.",
    )
    heavy_memory_mb: Whole = Field(
        default=1536,
        ge=128,
        description="Megabytes of memory allowed for recognising one document.",
    )

    @model_validator(mode="after")
    def _lease_outlasts_a_document(self) -> Self:
        longest_s = max(self.light_timeout_s, self.heavy_timeout_s)
        if self.lease_s < 2 * longest_s:
            raise ValueError(
                f"lease_s is {self.lease_s}: it must be twice the longest timeout, {longest_s:g} s,"
                " or a second worker takes an item that the first is still reading"
            )
        return self

    @property
    def worker_count(self) -> int:
        """Return how many items are processed at the same time: at least 1."""
        return self.workers or len(os.sched_getaffinity(0))


class ParsingSettings(Section):
    """Files of your own that help to read messages."""

    passwords_file: LocalPath | None = Field(
        default=None,
        description="File of passwords to try on locked PDFs and ZIPs, one a line. Left out: "
        "locked files are kept and flagged.",
        examples=["passwords.txt"],
    )
    fax_rules: LocalPath | None = Field(
        default=None,
        description="Folder of your own rules for fax gateways (*.toml), tried before ours.",
        examples=["fax-rules"],
    )
    pec_anchors: LocalPath | None = Field(
        default=None,
        description="Certificates (PEM) that the signatures of PEC providers must lead to. "
        "Left out: the key of AgID's issuing authority.",
        examples=["agid.pem"],
    )


class OcrSettings(Section):
    """How text is read in pictures and PDFs."""

    engine: str = Field(default="tesserocr", description="Plugin that reads the pages.")
    second_engine: str = Field(
        default="",
        description="Plugin that is asked about the doubtful lines of hard pages, such as "
        "`rapidocr`; none where it is empty.",
    )
    languages: Words = Field(
        default=("ita", "eng"),
        min_length=1,
        description="Languages that every page is read in, as Tesseract names them.",
    )
    more_languages: Words = Field(
        default=("deu", "fra", "spa", "slv"),
        description="Languages that a page is read in as well where it, or the message it came "
        "with, is in one of them; those whose data are not installed are left out.",
    )
    page_timeout_s: Number = Field(
        default=60,
        gt=0,
        description="Seconds allowed for one look at a page; one that takes twice as many in all "
        "is given up.",
    )
    max_pages: Whole = Field(
        default=100, ge=1, description="Pages read in one document; the others are kept unread."
    )
    max_pixels: Whole = Field(
        default=60_000_000,
        ge=1,
        description="Pixels of one page, at most; a bigger picture is refused unopened.",
    )
    dpi: Whole = Field(
        default=250, ge=70, le=1200, description="Dots per inch at which PDF pages are drawn."
    )
    review_below: Share = Field(
        default=0.96,
        description="Share of characters expected to be right under which a person looks.",
    )
    searchable_pdf: bool = Field(
        default=False,
        description="Whether a searchable PDF is kept beside each fax, scan or PDF that was read.",
    )


class ClassifySettings(Section):
    """How topic, urgency and language are found."""

    classifiers: Words = Field(
        default=("keywords",), description="Plugins that are asked for the topic."
    )
    timeout_s: Number = Field(
        default=5, gt=0, description="Seconds that a plugin has for its opinion on an item."
    )
    model: LocalPath | None = Field(
        default=None,
        description="File that `intake train` wrote: what was learned from examples.",
        examples=["topics.model"],
    )
    model_dir: LocalPath | None = Field(
        default=None,
        description="Folder of models, instead of `model`: runs train a new one when enough topics "
        "were corrected, and it is used once it beats the one in use.",
        examples=["models"],
    )
    refit_after: Whole = Field(
        default=50,
        ge=0,
        description="With `model_dir`: topics corrected or confirmed since the last training after "
        "which a run trains again; 0 is never.",
    )
    taxonomy: LocalPath | None = Field(
        default=None,
        description="TOML file of topics and their words. Left out: the one intake brings.",
        examples=["taxonomy.toml"],
    )
    rules: LocalPath | None = Field(
        default=None,
        description="TOML file of keyword rules. Left out: the ones intake brings.",
        examples=["keywords.toml"],
    )
    embeddings: bool = Field(
        default=True,
        description="Whether the topic of a text is also told by what its beginning means, where "
        "its words leave a doubt. It takes 30 to 60 ms of such a text.",
    )
    threshold: Share = Field(
        default=0.5, description="Confidence (0..1) under which a person chooses the topic."
    )
    precision: Share | None = Field(
        default=None,
        description="How often (0..1) a topic filed without a person must be right: the threshold "
        "then follows what persons correct and confirm, and `threshold` does not count.",
        examples=[0.9],
    )
    audit_share: Share = Field(
        default=0.15,
        description="With `precision`: share (0..1) of what is filed that a person sees anyway.",
    )
    languages: Words = Field(
        default=("it", "en", "de", "fr", "es", "sl"),
        min_length=1,
        description="Languages to tell apart, as ISO 639-1 names them.",
    )

    @model_validator(mode="after")
    def _one_place_of_models(self) -> Self:
        if self.model is not None and self.model_dir is not None:
            raise ValueError("model and model_dir are both written: leave out one of them")
        return self


class RequestSettings(Section):
    """How requests are numbered and joined."""

    prefix: str = Field(
        default="CC",
        pattern=r"^[A-Z]{1,8}$",
        description="Capital letters that references begin with, as in CC-2026-0000042-7.",
    )
    timezone: TimeZone = Field(
        default="Europe/Rome",
        description="Time zone that decides the year of a reference, and in which times are shown.",
    )
    identical: Literal["link", "new"] = Field(
        default="link",
        description="What becomes of an item whose bytes came from the same source before: "
        "`link` joins it to the earlier request, `new` makes a request of its own. A call for help "
        "that comes again alarms again, and makes one where the earlier is no longer open.",
    )
    own_names: Words = Field(
        default=(
            "Dipartimento della Protezione Civile",
            "Civil Protection Department",
            "Contact Center",
            "Contact Centre",
            "Presidenza del Consiglio dei Ministri",
        ),
        description="Names by which letters address us: whoever they name is never their sender.",
    )
    own_addresses: Words = Field(
        default=(),
        description="Addresses of the contact centre itself, whose mail is never a citizen's.",
        examples=[["contact@example.org"]],
    )
