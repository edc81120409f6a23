"""Sign-in with any issuer of OpenID Connect, Google among them: code flow with PKCE, state and nonce."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote

import structlog
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from yarda.accounts.service_ports import Redirect
from yarda.errors import IdentityRefused
from yarda.identity._http import IssuerClient, is_safe
from yarda.identity._tokens import read_id_token, verified_address

GOOGLE = "https://accounts.google.com"
WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid email"
REFETCH_SECONDS = 3600.0
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """What an issuer says about itself, and its keys."""

    document: dict[str, Any]
    keys: KeySet
    fetched_at: float

    @property
    def name(self) -> str:
        return str(self.document["issuer"])


class OpenIdProvider:
    """Plays the `IdentityProvider` port. Nothing an issuer says reaches the person; the log has it."""

    def __init__(
        self,
        *,
        name: str,
        label: str,
        issuer: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.label = label
        self._issuer_url = issuer.rstrip("/")
        self._client_id = client_id
        self._client_secret = client_secret
        self._clock = clock
        self._http = IssuerClient(label)
        self._known: Issuer | None = None

    async def begin(self, *, redirect_uri: str) -> Redirect:
        """Raises `IdentityUnavailable`."""
        issuer = await self._issuer()
        state, nonce, verifier = (token_urlsafe(32) for _ in range(3))
        url = prepare_grant_uri(
            issuer.document["authorization_endpoint"],
            self._client_id,
            "code",
            redirect_uri,
            SCOPE,
            state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
        )
        return Redirect(url=url, state=state, remember={"nonce": nonce, "verifier": verifier})

    async def finish(self, *, query: dict[str, str], remember: dict[str, Any], redirect_uri: str) -> str:
        """The address that the issuer has verified. Raises `IdentityRefused`, `IdentityUnavailable`."""
        issuer = await self._issuer()
        code = self._code(query, issuer)
        tokens = await self._redeem(code, issuer, verifier=remember["verifier"], redirect_uri=redirect_uri)
        try:
            claims = await self._claims(tokens, issuer, nonce=remember["nonce"])
        except (JoseError, ValueError, TypeError) as error:
            raise self._refused(f"token: {error}") from error
        if "email" not in claims and "userinfo_endpoint" in issuer.document:
            claims = await self._userinfo(tokens, issuer, subject=claims["sub"])
        address = verified_address(claims)
        if address is None:
            raise self._refused("no verified address", f"{self.label} has not verified an address of yours")
        return address

    async def close(self) -> None:
        await self._http.close()

    def _code(self, query: dict[str, str], issuer: Issuer) -> str:
        """What the browser brought back, if it is from this issuer (RFC 9207)."""
        if "error" in query:
            raise self._refused(f"error: {query['error'][:100]}")
        if query.get("iss", issuer.name) != issuer.name:
            raise self._refused("the answer is another issuer's")
        if not query.get("code"):
            raise self._refused("no code")
        return query["code"]

    async def _redeem(self, code: str, issuer: Issuer, *, verifier: str, redirect_uri: str) -> dict[str, Any]:
        body = prepare_token_request("authorization_code", "", redirect_uri, code=code, code_verifier=verifier)
        url = issuer.document["token_endpoint"]
        _, headers, body = self._client_auth(issuer).prepare("POST", url, {}, body)
        status, tokens = await self._http.post_form(url, body, headers=headers)
        if status != 200:
            self._note(f"token endpoint: {status} {str(tokens.get('error'))[:100]}")
            if tokens.get("error") == "invalid_grant":
                raise self._refused("the code is used or too old")
            raise self._http.away()
        if not isinstance(tokens.get("id_token"), str):
            self._note("token endpoint: no ID token")
            raise self._http.away()
        return tokens

    def _client_auth(self, issuer: Issuer) -> ClientAuth:
        """In the form where it is taken; in the header, encoded as RFC 6749 has it, elsewhere."""
        ways = issuer.document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_post" in ways:
            return ClientAuth(self._client_id, self._client_secret, "client_secret_post")
        quoted = quote(self._client_id, safe=""), quote(self._client_secret, safe="")
        return ClientAuth(*quoted, "client_secret_basic")

    async def _claims(self, tokens: dict[str, Any], issuer: Issuer, *, nonce: str) -> dict[str, Any]:
        """The ID token's, once it is proved to be for us and this sign-in. A key that is not known is new."""
        read = partial(read_id_token, tokens, client_id=self._client_id, nonce=nonce, now=int(self._clock()))
        try:
            return read(issuer.keys, issuer=issuer.name)
        except InvalidKeyIdError:
            issuer = await self._fetch()
            return read(issuer.keys, issuer=issuer.name)

    async def _userinfo(self, tokens: dict[str, Any], issuer: Issuer, *, subject: str) -> dict[str, Any]:
        """Where an issuer keeps the address out of its ID tokens (OpenID Connect Core, 5.4)."""
        found = await self._http.get(issuer.document["userinfo_endpoint"], bearer=str(tokens.get("access_token")))
        if found.get("sub") != subject:
            raise self._refused("the user info is somebody else's")
        return found

    async def _issuer(self) -> Issuer:
        if self._known is None or self._clock() - self._known.fetched_at > REFETCH_SECONDS:
            return await self._fetch()
        return self._known

    async def _fetch(self) -> Issuer:
        document = await self._http.get(self._issuer_url + WELL_KNOWN)
        urls = [document.get(name) for name in ENDPOINTS]
        is_its_own = str(document.get("issuer")).rstrip("/") == self._issuer_url
        if not is_its_own or not all(isinstance(url, str) and is_safe(url) for url in urls):
            self._note("its discovery document is not usable")
            raise self._http.away()
        try:
            keys = KeySet.import_key_set(await self._http.get(document["jwks_uri"]))  # type: ignore[arg-type]
        except (JoseError, ValueError, TypeError, KeyError) as error:
            self._note(f"its keys are not usable: {error}")
            raise self._http.away() from error
        self._known = Issuer(document=document, keys=keys, fetched_at=self._clock())
        return self._known

    def _refused(self, reason: str, said: str | None = None) -> IdentityRefused:
        self._note(reason)
        said = said or f"the sign-in with {self.label} did not come to an end"
        return IdentityRefused(f"{said}; try again, or sign in by email")

    def _note(self, reason: str) -> None:
        log.warning("sign_in_elsewhere_failed", provider=self.name, reason=reason)


def google(*, client_id: str, client_secret: str) -> OpenIdProvider:
    return OpenIdProvider(
        name="google", label="Google", issuer=GOOGLE, client_id=client_id, client_secret=client_secret
    )
