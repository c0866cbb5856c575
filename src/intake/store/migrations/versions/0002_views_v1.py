"""The views for front ends, version 1.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

from intake.store import views

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    views.create(op.get_bind())
