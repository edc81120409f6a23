"""Addresses: where they are, how the street camera is turned, and pictures that are not kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    text, flag, json, time = sa.Text(), sa.Boolean(), postgresql.JSONB(), sa.DateTime(timezone=True)
    false, now = sa.text("false"), sa.text("now()")
    op.add_column("generations", sa.Column("location", json))
    op.add_column("generations", sa.Column("address_confirmed", flag, server_default=false, nullable=False))
    op.add_column("generations", sa.Column("view", json, server_default=sa.text("'{}'"), nullable=False))
    op.add_column("generation_areas", sa.Column("guided", flag, server_default=false, nullable=False))
    op.add_column("generation_areas", sa.Column("preserved", sa.Float()))
    op.add_column("attempts", sa.Column("prompt_version", text, server_default=sa.text("''"), nullable=False))
    op.create_table(
        "geocodes",
        sa.Column("geocoder", text, primary_key=True),
        sa.Column("address", text, primary_key=True),
        sa.Column("location", json, nullable=False),
        sa.Column("found_at", time, nullable=False, server_default=now),
    )
    op.create_table(
        "passing_pictures",
        sa.Column("generation_id", postgresql.UUID(), nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("fetching_until", time, nullable=False),
        sa.Column("sight", json),
        sa.Column("picture", sa.LargeBinary()),
        sa.Column("facts", json),
        sa.PrimaryKeyConstraint("generation_id", "kind", name="passing_pictures_pkey"),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["generations.id"],
            name="passing_pictures_generation_id_fkey",
            ondelete="CASCADE",
        ),
        prefixes=["UNLOGGED"],
    )
