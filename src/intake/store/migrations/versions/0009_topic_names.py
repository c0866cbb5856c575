"""Which topic of the taxonomy each name of a topic means today.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "topic_names",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("topic", sa.Text(), nullable=False),
    )
