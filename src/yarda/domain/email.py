"""Email addresses: how one is written, whose it is, and whether two are one mailbox."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from yarda.errors import EmailInvalid

LONGEST = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")

DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Providers that deliver to the same mailbox with and without dots."""
TAGGED = DOTLESS | {
    "fastmail.com",
    "hey.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "mailbox.org",
    "me.com",
    "msn.com",
    "outlook.com",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "zoho.com",
}
"""Providers that ignore what follows a plus."""
SAME = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me", "pm.me": "proton.me"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """`address` is where mail goes, in lower case; `mailbox` is equal for all ways of writing one mailbox."""

    address: str
    mailbox: str

    @property
    def domain(self) -> str:
        return self.address.rsplit("@", 1)[1]

    def is_disposable(self, domains: Collection[str]) -> bool:
        """Whether it is of one of these domains, or below one."""
        labels = self.domain.split(".")
        return any(".".join(labels[start:]) in domains for start in range(len(labels) - 1))


def parse_email(text: str) -> Email:
    """Read an address as people type it; international domains become their ASCII form.

    Raises `EmailInvalid`.
    """
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode().lower()
    except UnicodeError:
        domain = ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain) or len(local) + len(domain) >= LONGEST:
        raise EmailInvalid("email: write an address such as dana@example.org", field="email")
    local = local.lower()
    mailbox = local
    if domain in TAGGED:
        mailbox = mailbox.split("+", 1)[0] or local
    if domain in DOTLESS:
        mailbox = mailbox.replace(".", "")
    return Email(address=f"{local}@{domain}", mailbox=f"{mailbox}@{SAME.get(domain, domain)}")
