"""What is on each page, and whether the time that a citizen claims is more than a day.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from intake.store.column_types import Text

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pages", sa.Column("kind", Text(), nullable=True))
    has_time: sa.Column[bool] = sa.Column(
        "claimed_at_has_time", sa.Boolean(), nullable=False, server_default=sa.true()
    )
    op.add_column("requests", has_time)
    letter = sa.column("letter", sa.JSON())
    written = sa.table("requests", sa.column("claimed_at_has_time", sa.Boolean()), letter)
    has_day = letter["date"].as_string().is_not(None)  # ->> is not known to SQLite before 3.38
    op.execute(sa.update(written).where(has_day).values(claimed_at_has_time=False))
