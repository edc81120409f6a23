"""One gate per provider for all workers, and why each call failed."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    time, zero = sa.DateTime(timezone=True), sa.text("0")
    op.add_column("attempts", sa.Column("error_code", sa.Text()))
    op.create_index("attempts_provider_started_at_idx", "attempts", ["provider", "started_at"])
    op.create_table(
        "provider_gates",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("paused_until", time),
        sa.Column("next_turn", time),
        sa.Column("pace", sa.Float()),
        sa.Column("slowed_at", time),
        sa.Column("settled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("refusals", sa.Integer(), server_default=zero, nullable=False),
        sa.Column("failures", sa.Integer(), server_default=zero, nullable=False),
        sa.Column("trips", sa.Integer(), server_default=zero, nullable=False),
        sa.Column("tripped_until", time),
        sa.Column("probe_until", time),
        sa.Column("served_at", time),
        sa.Column("reason", sa.Text()),
    )
