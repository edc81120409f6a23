"""Each area says for which season and growth it is drawn, and which wishes were not met."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    text, wishes = sa.Text(), postgresql.JSONB()
    for name, kind, default in (
        ("season", text, "'summer'"),
        ("growth", text, "'mature'"),
        ("unmet", wishes, "'[]'"),
    ):
        column = sa.Column(name, kind, server_default=sa.text(default), nullable=False)
        op.add_column("generation_areas", column)
