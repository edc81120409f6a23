"""Signing in by a link or a code that is sent to an address: whoever can read the mail is the account.

An account comes to be when its address is proved, so asking does the same, and takes as long, whether or
not there is one.
"""

import hmac
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlencode
from uuid import uuid4

from yarda.accounts.limits import (
    LINKS,
    LINKS_FROM_NETWORK,
    LINKS_TO_ADDRESS,
    TRIES_AT_ADDRESS,
    TRIES_FROM_NETWORK,
    allow,
)
from yarda.accounts.mails import queue_mail
from yarda.accounts.ports import AccountWork
from yarda.accounts.prove import prove_address
from yarda.accounts.secrets import hash_secret, new_code, new_secret
from yarda.accounts.sessions import Browser, SignedIn, open_session
from yarda.accounts.tools import AccountTools
from yarda.domain.account import SignIn, SignInId
from yarda.domain.email import parse_email
from yarda.errors import SignInInvalid

LINK_LIFE = timedelta(minutes=10)
MOST_WRONG_CODES = 5

OVER = "this link is used or older than ten minutes; ask for a new one"
WRONG_CODE = "this code is not right, or older than ten minutes; look at it again, or ask for a new link"


class LinkState(StrEnum):
    """What a page may say about a link before anybody presses its button."""

    READY = "ready"
    OTHER_BROWSER = "other_browser"
    OVER = "over"


async def ask_for_link(email: str, *, browser: Browser, then: str, tools: AccountTools) -> SignInId:
    """Send a link and a code to the address. Both work once, for ten minutes, in this browser only.

    `then` is the path to go to afterwards. Raises `EmailInvalid`, `TooManyRequests`.
    """
    address = parse_email(email)
    await allow(
        (LINKS_FROM_NETWORK, browser.network),
        (LINKS_TO_ADDRESS, address.mailbox),
        (LINKS, "all"),
        tools=tools,
    )
    token, code, now = new_secret(), new_code(), tools.clock()
    id_ = SignInId(uuid4())
    sign_in = SignIn(
        id=id_,
        address=address.address,
        mailbox=address.mailbox,
        browser=hash_secret(browser.secret),
        code=tools.pepper.hash("code", str(id_), code),
        wrong_codes=0,
        created_at=now,
        expires_at=now + LINK_LIFE,
        used_at=None,
    )
    link = f"{tools.base_url}/sign-in/link?{urlencode({'token': token, 'next': then})}"
    async with tools.open_work() as work:
        await work.sign_ins.add(sign_in, token_hash=hash_secret(token))
        await queue_mail(
            address.address,
            subject="Sign in to Yarda",
            text=_MAIL.format(link=link, code=code),
            now=now,
            useful_for=LINK_LIFE,
            work=work,
        )
    return id_


async def look_at_link(token: str, *, browser: Browser, tools: AccountTools) -> LinkState:
    """Consumes nothing, so that mail scanners may follow links."""
    async with tools.open_work() as work:
        sign_in = await work.sign_ins.find_by_token(hash_secret(token))
    if sign_in is None or sign_in.used_at is not None:
        return LinkState.OVER
    return LinkState.READY if _is_from(sign_in, browser) else LinkState.OTHER_BROWSER


async def redeem_link(token: str, *, browser: Browser, tools: AccountTools) -> SignedIn:
    """Sign in by the link. However often and however parallel it is tried, one session comes of it.

    Raises `SignInInvalid`, `TooManyRequests`, `AccountDisabled`.
    """
    await allow((TRIES_FROM_NETWORK, browser.network), tools=tools)
    async with tools.open_work() as work:
        sign_in = await work.sign_ins.lock_by_token(hash_secret(token))
        if sign_in is None or sign_in.used_at is not None or not _is_from(sign_in, browser):
            raise SignInInvalid(OVER)
        return await _redeem(sign_in, browser=browser, work=work, tools=tools)


async def redeem_code(sign_in_id: SignInId, code: str, *, browser: Browser, tools: AccountTools) -> SignedIn:
    """Sign in by the code, for whoever reads the mail on another device. Five wrong ones end it.

    Raises `SignInInvalid`, `TooManyRequests`, `AccountDisabled`.
    """
    async with tools.open_work() as work:
        asked = await work.sign_ins.lock(sign_in_id)
    whom = asked.mailbox if asked else str(sign_in_id)
    await allow((TRIES_FROM_NETWORK, browser.network), (TRIES_AT_ADDRESS, whom), tools=tools)
    digits = "".join(filter(str.isdigit, code))
    async with tools.open_work() as work:
        sign_in = await work.sign_ins.lock(sign_in_id)
        if sign_in is not None and _is_open(sign_in, browser):
            if hmac.compare_digest(sign_in.code, tools.pepper.hash("code", str(sign_in.id), digits)):
                return await _redeem(sign_in, browser=browser, work=work, tools=tools)
            await work.sign_ins.save(replace(sign_in, wrong_codes=sign_in.wrong_codes + 1))
    raise SignInInvalid(WRONG_CODE)


async def _redeem(sign_in: SignIn, *, browser: Browser, work: AccountWork, tools: AccountTools) -> SignedIn:
    await work.sign_ins.save(replace(sign_in, used_at=tools.clock()))
    account = await prove_address(sign_in.address, mailbox=sign_in.mailbox, work=work, tools=tools)
    return await open_session(account, browser=browser, how="link", work=work, tools=tools)


def _is_open(sign_in: SignIn, browser: Browser) -> bool:
    return sign_in.used_at is None and sign_in.wrong_codes < MOST_WRONG_CODES and _is_from(sign_in, browser)


def _is_from(sign_in: SignIn, browser: Browser) -> bool:
    return bool(browser.secret) and hmac.compare_digest(sign_in.browser, hash_secret(browser.secret))


_MAIL = """\
Open this link in the browser where you asked for it, and press the button there:

{link}

Reading this on another device? Type this code where you asked instead:

    {code}

Both work once, for ten minutes. If you did not ask for them, do nothing: nobody can sign in without
this message.
"""
