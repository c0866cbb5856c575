"""The views for front ends, version 1; by now ``schema.upgrade`` makes them after all steps.

Revision ID: 0002
Revises: 0001
"""

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None: ...
