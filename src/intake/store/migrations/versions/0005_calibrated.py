"""Whether an opinion's confidence is known to be the frequency of being right.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "classifications",
        sa.Column("calibrated", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
