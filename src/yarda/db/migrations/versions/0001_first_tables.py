"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fair_tag", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("accounts_pkey")),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("area_id", sa.UUID(), nullable=False),
        sa.Column("generation_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("paid", sa.Boolean(), nullable=False),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("price_cap_usd", sa.Numeric(precision=12, scale=6), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider_reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("billed", sa.Boolean(), nullable=False),
        sa.Column("cost_usd", sa.Numeric(precision=12, scale=6), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('open', 'succeeded', 'refused', 'turned_away', 'failed', 'unknown')",
            name=op.f("attempts_outcome_check"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("attempts_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("attempts_pkey")),
    )
    op.create_index(
        op.f("attempts_account_id_started_at_idx"), "attempts", ["account_id", "started_at"], unique=False
    )
    op.create_index(op.f("attempts_area_id_run_idx"), "attempts", ["area_id", "run"], unique=False)
    op.create_index(op.f("attempts_started_at_idx"), "attempts", ["started_at"], unique=False)
    op.create_table(
        "generations",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("resolved_address", sa.Text(), nullable=True),
        sa.Column("location_accuracy", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_sha256", sa.Text(), nullable=False),
        sa.Column("change", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'partial_failed', 'failed', 'cancelled')",
            name=op.f("generations_status_check"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("generations_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("generations_pkey")),
        sa.UniqueConstraint(
            "account_id", "idempotency_key", name=op.f("generations_account_id_idempotency_key_key")
        ),
    )
    op.create_index("generations_newest_idx", "generations", ["account_id", "created_at", "id"], unique=False)
    op.create_table(
        "images",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("generation_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("full_key", sa.Text(), nullable=False),
        sa.Column("large_key", sa.Text(), nullable=False),
        sa.Column("thumb_key", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("images_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("images_pkey")),
    )
    op.create_index(op.f("images_account_id_idx"), "images", ["account_id"], unique=False)
    op.create_index(op.f("images_full_key_idx"), "images", ["full_key"], unique=False)
    op.create_index(op.f("images_generation_id_idx"), "images", ["generation_id"], unique=False)
    op.create_index(op.f("images_large_key_idx"), "images", ["large_key"], unique=False)
    op.create_index(op.f("images_thumb_key_idx"), "images", ["thumb_key"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_book", sa.Text(), nullable=False),
        sa.Column("to_book", sa.Text(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.UUID(), nullable=True),
        sa.Column("area_id", sa.UUID(), nullable=True),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind, from_book, to_book) IN ("
            "('grant', 'issued', 'available'), ('hold', 'available', 'held'), "
            "('capture', 'held', 'spent'), ('release', 'held', 'available'))",
            name=op.f("ledger_books_check"),
        ),
        sa.CheckConstraint("credits > 0", name=op.f("ledger_credits_check")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("ledger_account_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ledger_pkey")),
        sa.UniqueConstraint("area_id", "run", "kind", name=op.f("ledger_area_id_run_kind_key")),
    )
    op.create_index(op.f("ledger_account_id_id_idx"), "ledger", ["account_id", "id"], unique=False)
    op.create_index(op.f("ledger_generation_id_idx"), "ledger", ["generation_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("generation_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("snapshot", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"], ["generations.id"], name=op.f("events_generation_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("generation_id", "number", name=op.f("events_pkey")),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("image_id", sa.UUID(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("captured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("focal_length_35mm", sa.Float(), nullable=True),
        sa.Column("position", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("ground", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("ground_confidence", sa.Float(), nullable=False),
        sa.Column("keep_in_front", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("horizon_y", sa.Float(), nullable=False),
        sa.Column("horizon_confidence", sa.Float(), nullable=False),
        sa.Column("known_length", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("house_edge", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("photos_account_id_fkey")),
        sa.ForeignKeyConstraint(["image_id"], ["images.id"], name=op.f("photos_image_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("photos_pkey")),
    )
    op.create_index(op.f("photos_account_id_idx"), "photos", ["account_id"], unique=False)
    op.create_index(op.f("photos_object_key_idx"), "photos", ["object_key"], unique=False)
    op.create_table(
        "generation_areas",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("generation_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("custom_prompt", sa.Text(), nullable=False),
        sa.Column("preservation_strength", sa.Float(), nullable=False),
        sa.Column("photo_id", sa.UUID(), nullable=True),
        sa.Column("ground", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("wanted_provider", sa.Text(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), nullable=False),
        sa.Column("run", sa.Integer(), nullable=False),
        sa.Column("claim", sa.Integer(), nullable=False),
        sa.Column("claims_in_run", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("thumbnail_url", sa.Text(), nullable=True),
        sa.Column("edit_mask_url", sa.Text(), nullable=True),
        sa.Column("source_url", sa.Text(), nullable=True),
        sa.Column("design_image_id", sa.UUID(), nullable=True),
        sa.Column("edit_mask_image_id", sa.UUID(), nullable=True),
        sa.Column("source_image_id", sa.UUID(), nullable=True),
        sa.Column("imagery", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("error_retryable", sa.Boolean(), nullable=True),
        sa.Column("fair_tag", sa.BigInteger(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "status IN ('pending', 'processing', 'completed', 'failed', 'cancelled')",
            name=op.f("generation_areas_status_check"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("generation_areas_progress_check")),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["generations.id"],
            name=op.f("generation_areas_generation_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photos.id"], name=op.f("generation_areas_photo_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("generation_areas_pkey")),
        sa.UniqueConstraint("generation_id", "area", name=op.f("generation_areas_generation_id_area_key")),
    )
    op.create_index(
        "generation_areas_measured_idx",
        "generation_areas",
        ["provider", "completed_at"],
        unique=False,
        postgresql_where=sa.text("status = 'completed'"),
    )
    op.create_index(op.f("generation_areas_photo_id_idx"), "generation_areas", ["photo_id"], unique=False)
    op.create_index(
        "generation_areas_turn_idx",
        "generation_areas",
        ["fair_tag"],
        unique=False,
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "generation_areas_unfinished_idx",
        "generation_areas",
        ["queued_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
