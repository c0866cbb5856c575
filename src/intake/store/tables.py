"""The whole schema. Front ends read the views of ``views.py``, never these tables."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    false,
    true,
)

from intake.store.column_types import Json, Key, Text, UtcDateTime

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    }
)

blobs = Table(
    "blobs",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("source", Text, primary_key=True),
    Column("cursor", Text),
    Column("listed_whole_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

unfetched = Table(
    "unfetched",
    metadata,
    Column("source", Text, primary_key=True),
    Column("item_key", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("reason_code", Text, nullable=False),
    Column("reason_detail", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

rests = Table(
    "rests",
    metadata,
    Column("source", Text, primary_key=True),
    Column("until", UtcDateTime, nullable=False),
    Column("refusals", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settings", Text, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("item_key", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("sha256", String(64), ForeignKey("blobs.sha256")),
    Column("size_bytes", BigInteger),
    Column("received_at", UtcDateTime),
    Column("received_at_by", Text, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("file_name", Text),
    Column("media_type", Text),
    Column("attributes", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("lost", Integer, nullable=False),
    Column("not_before", UtcDateTime),
    Column("claimed_by", Text),
    Column("lease_expires_at", UtcDateTime),
    Column("duplicate_of", Key, ForeignKey("receipts.id")),
    Column("request_id", String(36), index=True),
    Column("reason_code", Text),
    Column("reason_detail", Text),
    Column("acknowledged_at", UtcDateTime),
    UniqueConstraint("source", "item_key"),
    Index("ix_receipts_source_sha256", "source", "sha256"),
)
Index("ix_receipts_queue", receipts.c.state, receipts.c.priority.desc(), receipts.c.id)

requests = Table(
    "requests",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("receipt_id", Key, ForeignKey("receipts.id"), unique=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("tracking_token", Text, nullable=False, unique=True),
    Column("submission_key", Text, unique=True),
    Column("channel", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("subject", Text),
    Column("text", Text, nullable=False),
    Column("language", Text),
    Column("topic", Text),
    Column("topic_confidence", Float, nullable=False),
    Column("topic_by", Text),
    Column("urgency", Text, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("review_reasons", Json, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("received_at_by", Text, nullable=False),
    Column("claimed_at", UtcDateTime),
    Column("claimed_at_has_time", Boolean, nullable=False, server_default=true()),
    Column("due_at", UtcDateTime),
    Column("follows", String(36), ForeignKey("requests.id")),
    Column("external_ids", Json, nullable=False),
    Column("details", Json, nullable=False),
    Column("protocol_reference", Text),
    Column("message_id", Text),
    Column("letter", Json),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_requests_received_at", "received_at"),
    Index("ix_requests_message_id", "message_id"),
    Index("ix_requests_status_urgency", "status", "urgency"),
    Index("ix_requests_created_at", "created_at", "id"),
    Index("ix_requests_topic_by", "topic_by", "created_at", "id"),
)

parties = Table(
    "parties",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("request_id", String(36), ForeignKey("requests.id"), nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("name", Text),
    Column("email", Text),
    Column("phone", Text),
    Column("fax_number", Text),
    Column("organisation", Text),
    Column("verified_by", Text),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("request_id", String(36), ForeignKey("requests.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("filename", Text),
    Column("media_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("inline", Boolean, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("reason", Text),
    Column("text", Text),
    Column("confidence", Float),
    Column("searchable_sha256", String(64)),
    UniqueConstraint("request_id", "position"),
)

pages = Table(
    "pages",
    metadata,
    Column("attachment_id", Key, ForeignKey("attachments.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("dpi_x", BigInteger),
    Column("dpi_y", BigInteger),
    Column("rotation", Integer, nullable=False),
    Column("skew", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("kind", Text),
    Column("words", Json, nullable=False, server_default="[]"),
    Column("width", Integer, nullable=False, server_default="0"),
    Column("height", Integer, nullable=False, server_default="0"),
    Column("languages", Json, nullable=False, server_default="[]"),
    Column("engine", Text, nullable=False),
    Column("engine_version", Text, nullable=False),
)

classifications = Table(
    "classifications",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("request_id", String(36), ForeignKey("requests.id"), nullable=False, index=True),
    Column("classifier", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("topic", Text),
    Column("confidence", Float, nullable=False),
    Column("calibrated", Boolean, nullable=False, server_default=false()),
    Column("evidence", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_classifications_classifier", "classifier", "id"),
)

topic_names = Table(
    "topic_names",
    metadata,
    Column("name", Text, primary_key=True),
    Column("topic", Text, nullable=False),
)
"""Which topic of the taxonomy each name means today, for front ends: see ``requests_v1``."""

replies = Table(
    "replies",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("request_id", String(36), ForeignKey("requests.id"), primary_key=True),
    Column("recorded_at", UtcDateTime, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("receipt_id", Key, ForeignKey("receipts.id"), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text),
    Column("about", Text),
    Column("facts", Json, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=True),
    Column("stream", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("receipt_id", Key, ForeignKey("receipts.id"), index=True),
    Column("request_id", String(36), ForeignKey("requests.id"), index=True),
    Column("data", Json, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("stream", "seq"),
)

counters = Table(
    "counters",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
