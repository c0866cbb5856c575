"""Where each word of a page stands, and the searchable PDF of an attachment.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from intake.store.column_types import Json

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("words", Json(), nullable=False, server_default="[]"))
    op.add_column("pages", sa.Column("width", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("pages", sa.Column("height", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("attachments", sa.Column("searchable_sha256", sa.String(64)))
