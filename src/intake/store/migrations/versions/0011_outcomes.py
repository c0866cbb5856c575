"""Indexes by which the latest requests, and what persons said of them, are found.

Revision ID: 0011
Revises: 0010
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_requests_created_at", "requests", ["created_at", "id"])
    op.create_index("ix_requests_topic_by", "requests", ["topic_by", "created_at", "id"])
    op.create_index("ix_classifications_classifier", "classifications", ["classifier", "id"])
