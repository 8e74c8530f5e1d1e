"""Adds the table of database servers.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "database_servers",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("host", sa.String(255), nullable=False, server_default="discord-bot-db"),
        sa.Column("port", sa.Integer, nullable=False, server_default="5432"),
    )


def downgrade() -> None:
    op.drop_table("database_servers")
