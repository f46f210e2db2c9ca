"""The host's first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "ticket", sa.Column("id", sa.Integer, primary_key=True), sa.Column("number", sa.String(20), nullable=False)
    )
    op.create_table(
        "loan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(100), nullable=False),
        sa.Column("ticket_id", sa.Integer, sa.ForeignKey("ticket.id")),
    )


def downgrade() -> None:
    """Remove them."""
    op.drop_table("loan")
    op.drop_table("ticket")
