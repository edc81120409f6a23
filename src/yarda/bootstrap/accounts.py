"""What accounts need: their desk, who else proves addresses, mail, and the shop.

The libraries behind them are loaded where they are wanted only: a command starts in half the time without.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from yarda.accounts.domains import read_disposable_domains
from yarda.accounts.purchase import Shop
from yarda.accounts.secrets import Pepper
from yarda.accounts.service_ports import IdentityProvider, Mailer
from yarda.accounts.tools import AccountTools
from yarda.core import AccountDesk, Studio
from yarda.db.unit_of_work import Database
from yarda.domain.account import Plan
from yarda.mail.terminal import TerminalMailer
from yarda.settings import Settings


def now() -> datetime:
    return datetime.now(UTC)


def make_desk(
    settings: Settings, database: Database, studio: Studio, identities: Sequence[IdentityProvider]
) -> AccountDesk:
    from yarda.identity.passkeys import WebAuthnCeremony, supports_passkeys

    assert settings.secret_key is not None
    assert settings.base_url is not None
    has_passkeys = supports_passkeys(settings.base_url)
    return AccountDesk(
        AccountTools(
            open_work=database.open_work,
            clock=now,
            pepper=Pepper(settings.secret_key.get_secret_value()),
            base_url=settings.base_url,
            trial_credits=settings.trial,
            session_life=timedelta(days=settings.session_days),
            session_idle=timedelta(days=settings.session_idle_days),
            disposable_domains=read_disposable_domains(settings.disposable_domains),
            identities={provider.name: provider for provider in identities},
            passkeys=WebAuthnCeremony(base_url=settings.base_url) if has_passkeys else None,
        ),
        studio=studio,
    )


def make_identities(settings: Settings) -> tuple[IdentityProvider, ...]:
    """In the order of the buttons."""
    if not (settings.google_client_id or settings.oidc_issuer):
        return ()
    from yarda.identity.oidc import OpenIdProvider, google

    found: list[IdentityProvider] = []
    if settings.google_client_id and settings.google_client_secret:
        secret = settings.google_client_secret.get_secret_value()
        found.append(google(client_id=settings.google_client_id, client_secret=secret))
    if settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret:
        found.append(
            OpenIdProvider(
                name="oidc",
                label=settings.oidc_label,
                issuer=settings.oidc_issuer,
                client_id=settings.oidc_client_id,
                client_secret=settings.oidc_client_secret.get_secret_value(),
            )
        )
    return tuple(found)


def make_mailer(settings: Settings) -> Mailer:
    if settings.smtp_url is None:
        return TerminalMailer()
    from yarda.mail.smtp import SmtpMailer

    assert settings.mail_from is not None
    return SmtpMailer(settings.smtp_url.get_secret_value(), sender=settings.mail_from)


def make_shop(settings: Settings, database: Database) -> Shop:
    """Sells through Stripe where both its keys are set."""
    if settings.stripe_api_key is None:
        return Shop(open_work=database.open_work, clock=now)
    from yarda.payments.stripe import StripePayments

    assert settings.stripe_webhook_secret is not None
    assert settings.base_url is not None
    payments = StripePayments(
        api_key=settings.stripe_api_key.get_secret_value(),
        webhook_secret=settings.stripe_webhook_secret.get_secret_value(),
        base_url=settings.stripe_base_url,
    )
    return Shop(
        open_work=database.open_work,
        clock=now,
        payments=payments,
        packs=settings.packs,
        base_url=settings.base_url,
        paid_life=settings.retention.get(Plan.PAID),
    )
