"""People and programs at the door of a studio with accounts."""

import re
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr
from sqlalchemy import text

from tests.emulators.oidc import CLIENT_ID, CLIENT_SECRET, OidcEmulator
from tests.patience import PATIENCE
from yarda.bootstrap import Running
from yarda.settings import Settings

HTML = {"accept": "text/html"}


class Visitor(httpx2.AsyncClient):
    """A browser: it keeps cookies, and sends Secure ones to this machine as browsers do."""

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(base_url=url, timeout=2 * PATIENCE, verify=False, **options)
        self.kept: dict[str, str] = {}

    async def request(self, method: str, url: Any, **options: Any) -> httpx2.Response:
        headers = dict(options.pop("headers", None) or {})
        if self.kept and "cookie" not in headers:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        response = await super().request(method, url, headers=headers, **options)
        for cookie in response.headers.get_list("set-cookie"):
            name, _, value = cookie.split(";", 1)[0].partition("=")
            if value.strip('"') and "Max-Age=0" not in cookie:
                self.kept[name] = value
            else:
                self.kept.pop(name, None)
        return response


def with_issuer(settings: Settings, issuer: OidcEmulator) -> Settings:
    """A studio that lets people sign in with that issuer too."""
    issuer_only = Settings(
        oidc_issuer=issuer.base_url,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=SecretStr(CLIENT_SECRET),
        oidc_name="Example",
    )
    return settings.model_copy(update=issuer_only.model_dump(exclude_unset=True))


@dataclass(slots=True, kw_only=True)
class Message:
    """What a message says that matters."""

    to: str
    text: str

    @property
    def link(self) -> str:
        """The path and query of the link."""
        found = re.search(r"https?://[^/\s]+(/sign-in/link\?\S+)", self.text)
        assert found, self.text
        return found[1]

    @property
    def token(self) -> str:
        found = re.search(r"token=([\w-]+)", self.link)
        assert found
        return found[1]

    @property
    def code(self) -> str:
        found = re.search(r"^\s+(\d{8})$", self.text, re.MULTILINE)
        assert found, self.text
        return found[1]


@dataclass(slots=True, kw_only=True)
class House:
    """A served studio with accounts."""

    running: Running
    url: str
    photo: bytes
    visitors: list[Visitor] = field(default_factory=list)

    def visitor(self) -> Visitor:
        """Somebody new at the door."""
        self.visitors.append(Visitor(self.url))
        return self.visitors[-1]

    def program(self, key: str) -> Visitor:
        """A program with an API key."""
        self.visitors.append(Visitor(self.url, headers={"authorization": f"Bearer {key}"}))
        return self.visitors[-1]

    async def member(self, email: str = "dana@example.org") -> Visitor:
        """Somebody who has signed in by a link."""
        visitor = self.visitor()
        await visitor.post("/sign-in", data={"email": email})
        answer = await visitor.post("/sign-in/link", data={"token": (await self.message(email)).token})
        assert answer.status_code == 303, answer.text
        return visitor

    async def message(self, to: str) -> Message:
        """The newest message to an address."""
        rows = await self.rows(
            f"SELECT recipient, body FROM mails WHERE recipient = '{to}' ORDER BY created_at DESC LIMIT 1"
        )
        assert rows, f"nothing was sent to {to}"
        return Message(to=rows[0][0], text=rows[0][1])

    async def rows(self, query: str) -> list[Any]:
        """What an operator's SQL shows."""
        async with self.running.database.connect() as connection:
            found = await connection.execute(text(query))
            return list(found.all()) if found.returns_rows else []

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])

    async def close(self) -> None:
        for visitor in self.visitors:
            await visitor.aclose()
