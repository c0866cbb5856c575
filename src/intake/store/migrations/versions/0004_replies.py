"""The messages that front ends sent, so that what answers them finds its request.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

from intake.store.column_types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "replies",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(36), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["requests.id"], name=op.f("fk_replies_request_id_requests")
        ),
        sa.PrimaryKeyConstraint("message_id", "request_id", name=op.f("pk_replies")),
    )
