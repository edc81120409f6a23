"""Logs every sign-in that failed, so that whoever tries many is seen."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from yarda.accounts.sessions import Browser
from yarda.accounts.tools import AccountTools
from yarda.errors import RequestError

log = structlog.get_logger()


@contextmanager
def logging_refusals(how: str, *, browser: Browser, tools: AccountTools) -> Iterator[None]:
    """Around a sign-in. Whose it would have been is not said; `network` is equal for equal ones, no more."""
    try:
        yield
    except RequestError as error:
        network = tools.pepper.hash("network", browser.network).hex()[:12]
        log.warning("sign_in_refused", how=how, reason=error.code, network=network)
        raise
