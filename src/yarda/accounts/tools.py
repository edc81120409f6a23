"""What every use case of accounts is handed, wired once at start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from yarda.accounts.ports import OpenAccountWork
from yarda.accounts.secrets import Pepper
from yarda.accounts.service_ports import IdentityProvider, PasskeyCeremony


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountTools:
    """`base_url` is the address people use, without a slash at its end."""

    open_work: OpenAccountWork
    clock: Callable[[], datetime]
    pepper: Pepper
    base_url: str
    trial_credits: int
    session_life: timedelta
    session_idle: timedelta
    disposable_domains: frozenset[str] = frozenset()
    identities: Mapping[str, IdentityProvider] = field(default_factory=dict)
    passkeys: PasskeyCeremony | None = None
