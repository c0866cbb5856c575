"""The versioned SQL views: the contract for front ends in any language.

A column once published stays; what is new is added at the end or in a ``_v2``. No migration
touches them: ``schema.upgrade`` takes them away before its steps and makes them after the last.
"""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

VIEWS = {
    "requests_v1": """
        SELECT r.id, r.reference, r.channel, r.source, r.kind, r.status, r.subject, r.text,
               r.language, r.topic, r.topic_confidence, r.topic_by, r.urgency, r.needs_review,
               r.review_reasons, p.name AS sender_name, p.email AS sender_email,
               p.phone AS sender_phone, p.fax_number AS sender_fax_number,
               p.organisation AS sender_organisation, p.verified_by AS sender_verified_by,
               r.received_at, r.received_at_by, r.claimed_at, r.due_at, r.follows,
               f.reference AS follows_reference, r.external_ids, r.protocol_reference,
               r.tracking_token, r.created_at, r.updated_at, r.letter,
               r.claimed_at_has_time,
               COALESCE(n.topic, r.topic) AS current_topic
          FROM requests r
          LEFT JOIN parties p ON p.request_id = r.id AND p.role = 'sender'
          LEFT JOIN requests f ON f.id = r.follows
          LEFT JOIN topic_names n ON n.name = r.topic
    """,
    "attachments_v1": """
        SELECT a.id, a.request_id, r.reference, a.position, a.path, a.filename, a.media_type,
               a.size_bytes, a.sha256, a.inline, a.disposition, a.reason,
               (SELECT COUNT(*) FROM pages g WHERE g.attachment_id = a.id) AS page_count,
               a.text, a.confidence, a.searchable_sha256
          FROM attachments a
          JOIN requests r ON r.id = a.request_id
    """,
    "pages_v1": """
        SELECT g.attachment_id, a.request_id, r.reference, g.number, g.kind, g.text, g.origin,
               g.confidence, g.dpi_x, g.dpi_y, g.rotation, g.skew, g.engine, g.engine_version,
               g.languages
          FROM pages g
          JOIN attachments a ON a.id = g.attachment_id
          JOIN requests r ON r.id = a.request_id
    """,
    "events_v1": """
        SELECT e.id, e.stream, e.seq, e.type, e.at, e.actor, e.receipt_id, e.request_id,
               r.reference, e.data, e.hash
          FROM events e
          LEFT JOIN requests r ON r.id = e.request_id
    """,
    "parties_v1": """
        SELECT p.id, p.request_id, r.reference, p.role, p.name, p.email, p.phone, p.fax_number,
               p.organisation, p.verified_by
          FROM parties p
          JOIN requests r ON r.id = p.request_id
    """,
}


def create(connection: Connection) -> None:
    """Make all views."""
    for name, query in VIEWS.items():
        connection.execute(text(f"CREATE VIEW {name} AS {query}"))


def drop(connection: Connection) -> None:
    """Drop all views that are there."""
    for name in VIEWS:
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def are_there(connection: Connection) -> bool:
    """Return whether the database has all views."""
    return set(VIEWS) <= set(inspect(connection).get_view_names())
