"""Which languages each page was read in.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

from intake.store.column_types import Json

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("languages", Json(), nullable=False, server_default="[]"))
