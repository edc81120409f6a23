"""Secrets are planted in every setting that can hold one, and looked for in everything the studio says."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import asyncpg
import httpx2
import pytest
from pydantic import ValidationError

from tests.contract.pictures import encode, quarters
from tests.emulators.server import EmulatedServer, Exchange
from tests.flow.processes import YardaProcess
from tests.hostile.conftest import PATIENCE
from yarda.db.embedded import EmbeddedPostgres
from yarda.errors import SettingInvalid
from yarda.settings import Settings, is_secret, read_settings

SECRETS = [name for name in Settings.model_fields if is_secret(name)]
SHAPES = (
    "{}",
    "http://user:{}@127.0.0.1:9",
    "postgresql://user:{}@127.0.0.1:9/name",
    "file://user:{}@/tmp/nowhere",
    "smtp://user:{}@127.0.0.1:9",
)
COMPANIONS = {
    "base_url": "http://127.0.0.1",
    "mail_from": "yarda@example.org",
    "google_client_id": "yarda",
    "oidc_client_id": "yarda",
    "oidc_issuer": "http://127.0.0.1:9",
}
"""What some secrets are not taken without."""
SCRIPT = (400, 401, 403, 404, 429, 500, 200)


def planted(name: str) -> str:
    """Long enough for a signing key, and found nowhere else."""
    return f"Planted-{name.replace('_', '-')}-5f0c3b9a71d24e68"


def holding(name: str) -> str:
    """A value that the setting takes, with its secret in it."""
    for shape in SHAPES:
        value = shape.format(planted(name))
        try:
            Settings(_env_file=None, **{name: value})  # type: ignore[call-arg, arg-type]
        except ValidationError:
            continue
        return value
    raise AssertionError(f"no shape that {name} takes: add one to SHAPES")


def leaked(text: str) -> set[str]:
    """The settings whose secrets stand in the text, as they are or as a header or an address writes them."""
    return {
        name
        for name in SECRETS
        for form in (planted(name), quote(planted(name)), _basic(planted(name)))
        if form in text
    }


def _basic(password: str) -> str:
    return base64.b64encode(f"user:{password}".encode()).decode()


class Echo(EmulatedServer):
    """Every service at once: answers each request with a failure that repeats the request, keys and all."""

    def __init__(self) -> None:
        super().__init__(self._echo)
        self.heard = ""
        self._script = iter(())  # type: ignore[var-annotated]

    async def _echo(self, exchange: Exchange) -> str:
        asked = f"{exchange.call.path} {exchange.headers}"
        self.heard += asked
        status = SCRIPT[exchange.call.number % len(SCRIPT)]
        error: dict[str, Any] = {"code": status, "status": "REQUEST_DENIED", "message": f"no: {asked}"}
        body = json.dumps({"error": error, "status": "UNKNOWN", "error_message": asked, "text": asked})
        await exchange.respond(
            status, body.encode(), [("content-type", "application/json"), ("x-request-id", asked)]
        )
        return str(status)


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[str]:
    """A database whose address has a password in it."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(EmbeddedPostgres.join(folder / "server"))
    parts = urlsplit(server.url)
    user, _, host = parts.netloc.rpartition("@")
    netloc = f"{user.partition(':')[0]}:{planted('database_url')}@{host}"
    yield parts._replace(netloc=netloc).geturl()
    loop.run_until_complete(server.leave())
    loop.close()


@pytest.fixture
async def echo() -> AsyncIterator[Echo]:
    async with Echo() as echo:
        yield echo


def _environment(**values: str) -> dict[str, str]:
    return {f"YARDA_{name.upper()}": value for name, value in values.items()}


async def _run(folder: Path, name: str, *arguments: str, **values: str) -> tuple[int, str]:
    """Runs a command to its end; its exit code and all it said."""
    log = folder / f"{name}.log"
    plain = Settings(_env_file=None, data_dir=folder / "data")  # type: ignore[call-arg]
    process = YardaProcess(plain, *arguments, log=log, more=_environment(**values))
    try:
        return await process.ended(patience=PATIENCE), log.read_text()
    finally:
        process.end()


def test_every_setting_that_can_hold_a_secret_is_planted() -> None:
    assert {"gemini_api_key", "openai_api_key", "google_maps_api_key", "database_url", "storage_url"} <= set(
        SECRETS
    )
    assert all(planted(name) in holding(name) for name in SECRETS)
    assert leaked(f"Basic {_basic(planted('database_url'))}") == {"database_url"}


def test_settings_do_not_show_their_secrets() -> None:
    settings = Settings(_env_file=None, **{name: holding(name) for name in SECRETS})  # type: ignore[call-arg, arg-type]
    keys = {name for name in SECRETS if "SecretStr" in str(Settings.model_fields[name].annotation)}

    assert not leaked(repr(settings) + str(settings)) & keys
    assert not leaked(str(settings.model_dump())) & keys


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("wrong", ["ftp:// {} ", "://{}", "{}\n"])
def test_a_wrong_value_is_described_and_not_shown(name: str, wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"YARDA_{name.upper()}", wrong.format(planted(name)))

    said = _refusal()

    assert said is None or f"YARDA_{name.upper()}" in said
    assert leaked(said or "") == set()


def _refusal() -> str | None:
    """What is said of the settings in the environment; None where they are taken."""
    try:
        read_settings()
    except SettingInvalid as error:
        return str(error)
    return None


async def test_a_start_that_fails_says_which_setting_and_no_secret(folder: Path) -> None:
    wrong = {name: f"nonsense {planted(name)}" for name in SECRETS if name.endswith("_url")}
    spaced = {"gemini_api_key": f"{planted('gemini_api_key')} and more"}
    away = {"database_url": holding("database_url")}
    store = {
        "storage_url": f"s3://user:{planted('storage_url')}@bucket/prefix",
        "database_url": "postgresql://h/n",
    }

    ends = await asyncio.gather(
        _run(folder, "wrong", "audit", **wrong),
        _run(folder, "spaced", "audit", **spaced, **away),
        _run(folder, "away", "audit", **away),
        _run(folder, "store", "audit", **store),
    )

    assert [code for code, _ in ends[:3]] == [2, 2, 1]
    for _, said in ends:
        assert leaked(said) == set(), said
        assert "Traceback" not in said
    assert all(f"YARDA_{name.upper()}" in ends[0][1] for name in wrong)


async def test_no_secret_is_logged_answered_shown_or_kept(folder: Path, database: str, echo: Echo) -> None:
    plain = Settings(_env_file=None, data_dir=folder / "data")  # type: ignore[call-arg]
    host = urlsplit(echo.base_url).netloc
    urls = [name for name in SECRETS if name.endswith("_base_url")]
    values = {name: holding(name) for name in SECRETS if name != "base_url" and not name.endswith("_url")}
    values |= {name: f"http://user:{planted(name)}@{host}" for name in urls}
    values["openai_base_url"] = echo.base_url  # a password in it would take the place of the key
    values |= {"database_url": database, "storage_url": f"file://user:{planted('storage_url')}@{folder}/objects"}
    values |= {"google_maps_terms_accepted": "true", "log_level": "debug", "call_seconds": "5"} | COMPANIONS
    environment = _environment(**values)
    log = folder / "serve.log"
    assert (await _run(folder, "migrate", "migrate", **values))[0] == 0
    process = YardaProcess(plain, "serve", "--port", "0", "--workers", "4", log=log, more=environment)
    said: list[str] = []
    try:
        async with httpx2.AsyncClient(base_url=await process.address(patience=PATIENCE), timeout=120) as http:
            said += await _succeed_and_fail(http)
            said += await _rows(database)
            said += await _crash(http, database)
    finally:
        process.stop()

    said += [path.read_text() for path in folder.glob("*.log")]
    used = {"gemini_api_key", "openai_api_key", "google_maps_api_key"}
    assert used <= leaked(echo.heard), "a service was never asked with its key"
    assert "request_crashed" in log.read_text()
    assert {name for text in said for name in leaked(text)} == set()


async def _succeed_and_fail(http: httpx2.AsyncClient) -> list[str]:
    """Designs by every provider and looks at addresses, until all is over; then everything there is to read."""
    photo = (await http.post("/photos", files={"photo": ("yard.jpg", encode(quarters()))})).json()["id"]
    area = [{"area": "patio", "style": "japanese_zen"}]
    asked: list[httpx2.Response] = []
    made = []
    for provider in ("gemini", "openai", "concept"):
        answer = await http.post(
            "/generations/multi", json={"photo_id": photo, "areas": area, "provider": provider}
        )
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    for n in range(len(SCRIPT)):
        asked.append(await http.post("/places", json={"address": f"{n} Elm Street, Springfield"}))
        asked.append(await http.get("/places/picture", params={"address": f"{n} Elm Street, Springfield"}))
    paths = ["/", "/designs", "/docs", "/openapi.json", "/credits/entries", "/metrics", "/readyz", "/calls"]
    for generation in made:
        async with asyncio.timeout(PATIENCE):
            asked.append(await http.get(f"/generations/{generation}/events"))
        paths += [f"/generations/{generation}", f"/designs/{generation}", f"/designs/{generation}/parts"]
    calls = (await http.get("/calls")).json()["items"]
    assert {call["provider"] for call in calls} >= {"gemini", "openai"}
    asked += [await http.get(path) for path in (*paths, *(f"/calls/{call['id']}" for call in calls))]
    return [f"{answer.text} {answer.headers}" for answer in asked]


async def _rows(database: str) -> list[str]:
    """Every row of every table."""
    connection = await asyncpg.connect(database)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [await connection.fetch(f'SELECT t::text FROM "{table[0]}" t') for table in tables]
        return [str(row[0]) for row in chain.from_iterable(rows)]
    finally:
        await connection.close()


async def _crash(http: httpx2.AsyncClient, database: str) -> list[str]:
    """What is said when a table is gone, as a document and as a page."""
    connection = await asyncpg.connect(database)
    await connection.execute("ALTER TABLE photos RENAME TO elsewhere")
    await connection.close()
    photo = "/photos/00000000-0000-4000-8000-00000000dead"
    http.headers["Connection"] = "close"  # a crash ends the connection, and the next request may not meet that
    answers = [await http.get(photo), await http.get("/new?photo=" + photo[8:], headers={"Accept": "text/html"})]
    assert [answer.status_code for answer in answers] == [500, 500]
    assert all("frame-ancestors" in answer.headers["content-security-policy"] for answer in answers)
    return [f"{answer.text} {answer.headers}" for answer in answers]
