"""Accounts with an address, what they sign in with, their mail, purchases and the log of who did what."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _accounts()
    _sign_in()
    _mail_and_books()


def _accounts() -> None:
    op.add_column("accounts", sa.Column("email", sa.Text()))
    op.add_column(
        "accounts", sa.Column("is_operator", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("accounts", sa.Column("plan", sa.Text(), server_default=sa.text("'trial'"), nullable=False))
    op.add_column(
        "accounts", sa.Column("needs_passkey", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.add_column("accounts", sa.Column("verified_at", _TIME))
    op.add_column("accounts", sa.Column("disabled_at", _TIME))
    op.create_index("accounts_created_at_id_idx", "accounts", ["created_at", "id"])
    op.create_unique_constraint("accounts_email_key", "accounts", ["email"])
    op.add_column("generations", sa.Column("expires_at", _TIME))
    op.create_index(
        "generations_expiring_idx",
        "generations",
        ["expires_at"],
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.add_column("ledger", sa.Column("once", sa.Text()))
    op.create_unique_constraint("ledger_once_key", "ledger", ["once"])
    op.create_check_constraint("kind", "accounts", "kind IN ('owner', 'person', 'deleted')")
    op.create_check_constraint("email", "accounts", "(kind = 'person') = (email IS NOT NULL)")


def _sign_in() -> None:
    op.create_table(
        "challenges",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("value", postgresql.JSONB(), nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name="challenges_pkey"),
    )
    op.create_index("challenges_expires_at_idx", "challenges", ["expires_at"])
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=False),
        sa.Column("wrong_codes", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="sign_ins_pkey"),
        sa.UniqueConstraint("token_hash", name="sign_ins_token_hash_key"),
    )
    op.create_index("sign_ins_address_idx", "sign_ins", ["address"])
    op.create_index("sign_ins_expires_at_idx", "sign_ins", ["expires_at"])
    op.create_table(
        "api_keys",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("tail", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="api_keys_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="api_keys_pkey"),
        sa.UniqueConstraint("key_hash", name="api_keys_key_hash_key"),
    )
    op.create_index("api_keys_account_id_idx", "api_keys", ["account_id"])
    op.create_table(
        "passkeys",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="passkeys_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="passkeys_pkey"),
        sa.UniqueConstraint("credential", name="passkeys_credential_key"),
    )
    op.create_index("passkeys_account_id_idx", "passkeys", ["account_id"])
    op.create_table(
        "sessions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="sessions_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="sessions_pkey"),
        sa.UniqueConstraint("token_hash", name="sessions_token_hash_key"),
    )
    op.create_index("sessions_account_id_idx", "sessions", ["account_id"])
    op.create_index("sessions_expires_at_idx", "sessions", ["expires_at"])


def _mail_and_books() -> None:
    op.create_table(
        "audit_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID()),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="audit_log_pkey"),
    )
    op.create_index("audit_log_account_id_id_idx", "audit_log", ["account_id", "id"])
    op.create_table(
        "counters",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("period", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "period", name="counters_pkey"),
    )
    op.create_index("counters_ends_at_idx", "counters", ["ends_at"])
    op.create_table(
        "mails",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("recipient", sa.Text()),
        sa.Column("subject", sa.Text()),
        sa.Column("body", sa.Text()),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("taken_until", _TIME),
        sa.Column("error", sa.Text()),
        sa.Column("outcome", sa.Text()),
        sa.Column("settled_at", _TIME),
        sa.CheckConstraint("(outcome IS NULL) = (body IS NOT NULL)", name="mails_forgotten_check"),
        sa.PrimaryKeyConstraint("id", name="mails_pkey"),
    )
    op.create_index("mails_recipient_idx", "mails", ["recipient"])
    op.create_index("mails_unsent_idx", "mails", ["created_at"], postgresql_where=sa.text("outcome IS NULL"))
    op.create_table(
        "trials",
        sa.Column("mailbox_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _TIME, server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_hash", name="trials_pkey"),
    )
    op.create_table(
        "purchases",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("credits", sa.Integer(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME),
        sa.CheckConstraint("status IN ('open', 'paid', 'expired')", name="purchases_status_check"),
        sa.CheckConstraint("credits > 0", name="purchases_credits_check"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="purchases_account_id_fkey"),
        sa.PrimaryKeyConstraint("id", name="purchases_pkey"),
        sa.UniqueConstraint("reference", name="purchases_reference_key"),
    )
    op.create_index("purchases_account_id_idx", "purchases", ["account_id"])
