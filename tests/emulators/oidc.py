"""Plays an issuer of OpenID Connect on 127.0.0.1, strict about its clients and false on demand.

A script has behaviours by service (discovery, keys, token, userinfo), one per call; after its end a service
answers as it should. What its tokens say is changed through `claims` (None leaves a claim out, times count from
now) and `alg`.
"""

import base64
import hashlib
import hmac
import json
import time
from collections import defaultdict, deque
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.emulators.server import PIECE, EmulatedServer, Exchange

CLIENT_ID = "yarda-client"
CLIENT_SECRET = "client+secret/0123456789=%"
EMAIL = "dana@example.org"
SERVICES = {
    "/.well-known/openid-configuration": "discovery",
    "/keys": "keys",
    "/authorize": "authorize",
    "/token": "token",
    "/userinfo": "userinfo",
}


@lru_cache
def key(name: str) -> RSAKey:
    """The same key for the same name in all tests: making one takes a while."""
    return RSAKey.generate_key(2048, parameters={"kid": name, "use": "sig"})


class OidcEmulator(EmulatedServer):
    """`asked` has the service of every call, in order; `approve` is a person who says yes."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.script: dict[str, deque[str]] = defaultdict(deque)
        self.asked: list[str] = []
        self.document: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.alg = "RS256"
        self.key = "first"
        self.key_name: str | None = None
        self._codes: dict[str, dict[str, str]] = {}

    def approve(self, url: str) -> dict[str, str]:
        """What a browser that was sent to `url` brings back."""
        assert url.startswith(f"{self.base_url}/authorize?")
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = uuid4().hex
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.base_url}

    async def _answer(self, exchange: Exchange) -> str:
        service = SERVICES.get(urlsplit(exchange.call.path).path, "nothing")
        self.asked.append(service)
        behaviour = self.script[service].popleft() if self.script[service] else "ok"
        if not await _break(behaviour, exchange):
            await self._play(service, exchange)
        return f"{service} {behaviour}"

    async def _play(self, service: str, exchange: Exchange) -> None:
        match service:
            case "discovery":
                await _send(exchange, self._discovery())
            case "keys":
                await _send(exchange, {"keys": [key(self.key).as_dict(private=False)]})
            case "authorize":
                asked = parse_qs(urlsplit(exchange.call.path).query)
                answer = urlencode(self.approve(self.base_url + exchange.call.path))
                await exchange.respond(302, b"", [("location", f"{asked['redirect_uri'][0]}?{answer}")])
            case "token":
                await self._token(exchange)
            case "userinfo":
                is_known = exchange.headers.get("authorization") == "Bearer access-token"
                await _send(exchange, self.userinfo, status=200 if is_known else 401)
            case _:
                await _send(exchange, {}, status=404)

    def _discovery(self) -> dict[str, Any]:
        paths = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        urls = {name: f"{self.base_url}/{path}" for name, path in paths.items()}
        return {"issuer": self.base_url, **urls, **self.document}

    async def _token(self, exchange: Exchange) -> None:
        form = {name: values[0] for name, values in parse_qs(exchange.body.decode()).items()}
        asked = self._codes.pop(form.get("code", ""), None)
        if not self._is_client(exchange, form):
            await _send(exchange, {"error": "invalid_client"}, status=401)
        elif asked is None or not _fits(asked, form):
            await _send(exchange, {"error": "invalid_grant"}, status=400)
        else:
            token = self._id_token(asked["nonce"])
            await _send(exchange, {"access_token": "access-token", "token_type": "Bearer", "id_token": token})

    def _is_client(self, exchange: Exchange, form: dict[str, str]) -> bool:
        ways = self.document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_post" in ways:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        _, _, given = exchange.headers.get("authorization", "").partition("Basic ")
        name, _, secret = base64.b64decode(given).decode().partition(":")
        return (unquote(name), unquote(secret)) == (CLIENT_ID, CLIENT_SECRET)

    def _id_token(self, nonce: str) -> str:
        said = {
            "iss": self.base_url,
            "sub": "person-1",
            "aud": CLIENT_ID,
            "iat": 0,
            "exp": 300,
            "nonce": nonce,
            "email": EMAIL,
            "email_verified": True,
        }
        claims = {name: value for name, value in (said | self.claims).items() if value is not None}
        for name in {"iat", "exp"} & claims.keys():
            claims[name] += int(time.time()) if isinstance(claims[name], int) else ""
        header = {"alg": self.alg, "kid": self.key_name or self.key}
        if self.alg.startswith("RS"):
            return jwt.encode(header, claims, key(self.key), algorithms=[self.alg])
        secret = key(self.key).as_pem(private=False) if self.alg == "HS256" else None
        return _weak_token(header, claims, secret)


def _weak_token(header: dict[str, Any], claims: dict[str, Any], secret: bytes | None) -> str:
    """Unsigned, or signed with a secret; by hand, since libraries refuse to."""
    signed = ".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    signature = hmac.digest(secret, signed.encode(), "sha256") if secret else b""
    return f"{signed}.{_base64url(signature)}"


def _fits(asked: dict[str, str], form: dict[str, str]) -> bool:
    challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    return challenge == asked["code_challenge"] and form.get("redirect_uri") == asked["redirect_uri"]


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


async def _break(behaviour: str, exchange: Exchange) -> bool:
    """Whether the behaviour was one that any service can have."""
    kind, _, argument = behaviour.partition(":")
    match kind:
        case "status":
            await exchange.respond(int(argument), b"<html>no</html>", [("content-type", "text/html")])
        case "redirect":
            await exchange.respond(302, b"", [("location", argument)])
        case "hang":
            await exchange.wait(None)
        case "reset":
            exchange.reset()
        case "huge":
            await exchange.begin(200, length=int(argument), headers=[("content-type", "application/json")])
            for _ in range(int(argument) // PIECE):
                await exchange.send(b" " * PIECE)
        case "garbage":
            await exchange.respond(200, b"{not json", [("content-type", "application/json")])
        case _:
            return False
    return True


async def _send(exchange: Exchange, document: object, *, status: int = 200) -> None:
    await exchange.respond(status, json.dumps(document).encode(), [("content-type", "application/json")])
