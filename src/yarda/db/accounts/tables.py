"""The tables of accounts, sign-in and payment. Secrets are here as hashes only."""

import uuid

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from yarda.db.tables import JSONB, metadata, time

_now = text("now()")


def _account() -> Column[uuid.UUID]:
    return Column("account_id", UUID, ForeignKey("accounts.id"), nullable=False)


sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("address", Text, nullable=False),
    Column("mailbox", Text, nullable=False),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("browser", LargeBinary, nullable=False),
    Column("code", LargeBinary, nullable=False),
    Column("wrong_codes", SmallInteger, nullable=False, server_default=text("0")),
    Column("created_at", time, nullable=False),
    Column("expires_at", time, nullable=False),
    Column("used_at", time),
    Index(None, "address"),
    Index(None, "expires_at"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", UUID, primary_key=True),
    _account(),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("browser", Text, nullable=False),
    Column("created_at", time, nullable=False),
    Column("seen_at", time, nullable=False),
    Column("expires_at", time, nullable=False),
    Index(None, "account_id"),
    Index(None, "expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", UUID, primary_key=True),
    _account(),
    Column("key_hash", LargeBinary, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("tail", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("created_at", time, nullable=False),
    Column("used_at", time),
    Index(None, "account_id"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", UUID, primary_key=True),
    _account(),
    Column("credential", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", time, nullable=False),
    Column("used_at", time),
    Index(None, "account_id"),
)

challenges = Table(
    "challenges",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("expires_at", time, nullable=False),
    Index(None, "expires_at"),
)

mails = Table(
    "mails",
    metadata,
    Column("id", UUID, primary_key=True),
    Column("recipient", Text),
    Column("subject", Text),
    Column("body", Text),
    Column("created_at", time, nullable=False),
    Column("expires_at", time, nullable=False),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("error", Text),
    Column("outcome", Text),
    Column("settled_at", time),
    CheckConstraint("(outcome IS NULL) = (body IS NOT NULL)", name="forgotten"),
    Index("mails_unsent_idx", "created_at", postgresql_where=text("outcome IS NULL")),
    Index(None, "recipient"),
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("created_at", time, nullable=False, server_default=_now),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("account_id", UUID),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Index(None, "account_id", "id"),
)

counters = Table(
    "counters",
    metadata,
    Column("key", Text, primary_key=True),
    Column("period", time, primary_key=True),
    Column("ends_at", time, nullable=False),
    Column("count", BigInteger, nullable=False),
    Index(None, "ends_at"),
)

trials = Table(
    "trials",
    metadata,
    Column("mailbox_hash", LargeBinary, primary_key=True),
    Column("created_at", time, nullable=False, server_default=_now),
)

purchases = Table(
    "purchases",
    metadata,
    Column("id", UUID, primary_key=True),
    _account(),
    Column("credits", Integer, nullable=False),
    Column("cents", Integer, nullable=False),
    Column("currency", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reference", Text),
    Column("created_at", time, nullable=False),
    Column("settled_at", time),
    UniqueConstraint("reference"),
    CheckConstraint("status IN ('open', 'paid', 'expired')", name="status"),
    CheckConstraint("credits > 0", name="credits"),
    Index(None, "account_id"),
)

__all__ = [
    "api_keys",
    "audit_log",
    "challenges",
    "counters",
    "mails",
    "passkeys",
    "purchases",
    "sessions",
    "sign_ins",
    "trials",
]
