"""Each finished area keeps the scene it was painted from."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("generation_areas", sa.Column("garden_key", sa.Text()))
    op.create_index("generation_areas_garden_key_idx", "generation_areas", ["garden_key"])
