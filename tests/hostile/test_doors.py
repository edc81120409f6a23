"""Who is let in: by Host, by the site a request comes from, and by what browsers are told."""

import asyncio
import socket
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from typing import cast

import httpx2
import pytest
import uvicorn

from tests.contract.pictures import encode, quarters
from tests.hostile.studio import Victim
from yarda.core import Studio
from yarda.web.app import create_app
from yarda.web.headers import HSTS, SECURITY_HEADERS

PUBLIC = "https://yarda.example"
NOWHERE = "/photos/00000000-0000-4000-8000-00000000dead"
OWN_PORT = "{port}"
HOSTS = [
    ("localhost", 200),
    ("LOCALHOST:8000", 200),
    ("127.0.0.1:1", 200),
    ("[::1]:8000", 200),
    ("evil.example", 400),
    ("evil.example:8000", 400),
    ("localhost.evil.example", 400),
    ("evil.example@localhost", 400),
    ("localhost@evil.example", 400),
    ("localhost.", 400),
    ("localhost:http", 400),
    ("localhost:99999999", 400),
    ("localhost:", 400),
    ("localhost/evil.example", 400),
    ("localhost?", 400),
    ("local host", 400),
    ("[::1", 400),
    ("::1", 400),
    ("[::1]evil", 400),
    ("[::ffff:127.0.0.1]", 400),
    ("0.0.0.0", 400),
    ("127.1", 400),
    ("2130706433", 400),
    ("", 400),
]
FETCHES = [
    ("POST", {}, True),
    ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
    ("POST", {"Sec-Fetch-Site": "none"}, True),
    ("POST", {"Sec-Fetch-Site": "same-site"}, False),
    ("POST", {"Sec-Fetch-Site": "cross-site"}, False),
    ("POST", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, False),
    ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:{port}"}, False),
    ("POST", {"Sec-Fetch-Site": "nonsense"}, False),
    ("POST", {"Sec-Fetch-Site": ""}, False),
    ("POST", {"Origin": "http://127.0.0.1:{port}"}, True),
    ("POST", {"Origin": "http://127.0.0.1:1"}, False),
    ("POST", {"Origin": "http://127.0.0.1"}, False),
    ("POST", {"Origin": "https://127.0.0.1:{port}"}, False),
    ("POST", {"Origin": "http://localhost:{port}"}, False),
    ("POST", {"Origin": "https://evil.example"}, False),
    ("POST", {"Origin": "http://127.0.0.1:{port}.evil.example"}, False),
    ("POST", {"Origin": "http://user@127.0.0.1:{port}"}, False),
    ("POST", {"Origin": "null"}, False),
    ("POST", {"Origin": ""}, False),
    ("POST", {"Origin": "http://["}, False),
    ("PATCH", {"Origin": "null"}, False),
    ("DELETE", {"Sec-Fetch-Site": "cross-site"}, False),
    ("PUT", {"Sec-Fetch-Site": "same-site"}, False),
    ("GET", {"Origin": "https://evil.example"}, True),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, True),
    ("GET", {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, False),
    ("GET", {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}, False),
    ("GET", {"Sec-Fetch-Site": "cross-site"}, False),
    ("GET", {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "no-cors"}, True),
]
ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/designs", 200),
    ("GET", "/docs", 200),
    ("GET", "/openapi.json", 200),
    ("GET", "/styles", 200),
    ("GET", "/healthz", 200),
    ("GET", "/metrics", 200),
    ("GET", "/static/studio.css", 200),
    ("GET", "/static/nothing.css", 404),
    ("GET", "/new", 404),
    ("GET", "/nowhere", 404),
    ("GET", "/generations", 200),
    ("GET", NOWHERE, 404),
    ("GET", "/generations?limit=x", 422),
    ("PUT", "/generations", 405),
    ("POST", "/generations/multi", 422),
    ("OPTIONS", "/", 405),
]


class _Page(HTMLParser):
    """Finds what a strict policy forbids, and what comes from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.found += [f"{tag} {name}" for name in values if name.startswith("on") or name == "style"]
        if tag == "style" or (tag == "script" and not values.get("src")):
            self.found.append(f"inline {tag}")
        for name in ("src", "href", "action", "formaction", "data", "srcset"):
            value = values.get(name) or ""
            if value.lower().startswith(("http:", "https:", "//", "data:", "javascript:")):
                self.found.append(f"{tag} {name}={value}")


async def _raw(address: tuple[str, int], request: bytes) -> tuple[int, bytes]:
    """The status of the answer to exactly these bytes, and all of it."""
    reader, writer = await asyncio.open_connection(*address)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1]), answer


@pytest.fixture
async def public() -> AsyncIterator[httpx2.AsyncClient]:
    """An application that people reach over https, by its public name; it needs no database to open doors."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(cast(Studio, None), base_url=f"{PUBLIC}:8443")
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with httpx2.AsyncClient(base_url=url, headers={"Host": "yarda.example:8443"}, timeout=60) as client:
        yield client
    server.should_exit = True
    await serving


@pytest.mark.parametrize(("host", "status"), HOSTS)
async def test_only_its_own_names_are_served(victim: Victim, host: str, status: int) -> None:
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()

    answered, answer = await _raw(victim.address, request)

    assert answered == status
    if status != 200:
        assert b'"unknown_host"' in answer


@pytest.mark.parametrize(
    "head",
    [
        b"GET /healthz HTTP/1.1\r\n",
        b"GET /healthz HTTP/1.0\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n",
        b"GET http://evil.example/healthz HTTP/1.1\r\nHost: evil.example\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: local\0host\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: \xff\xfe\r\n",
        b"GET /healthz HTTP/1.1\r\nHost:localhost\r\n folded\r\n",
    ],
)
async def test_no_name_two_names_and_folded_names_are_refused(victim: Victim, head: bytes) -> None:
    status, _ = await _raw(victim.address, head + b"Connection: close\r\n\r\n")

    assert status == 400


async def test_a_public_studio_knows_its_own_name_and_its_origin(public: httpx2.AsyncClient) -> None:
    path, own = "/healthz", {"Origin": f"{PUBLIC}:8443"}

    named = await public.get("/healthz")
    other = await public.get("/healthz", headers={"Host": "www.yarda.example"})
    sent = await public.post(path, headers=own)
    by_proxy = await public.post(path, headers=own | {"Host": "localhost:8000"})
    wrong = [
        await public.post(path, headers={"Origin": origin})
        for origin in (PUBLIC, f"{PUBLIC}:444", "http://evil.example", "https://www.yarda.example:8443", "null")
    ]

    assert (named.status_code, other.status_code) == (200, 400)
    assert (sent.status_code, by_proxy.status_code) == (405, 405), "not let in as far as the route"
    assert {(answer.status_code, answer.json()["code"]) for answer in wrong} == {(403, "cross_site_request")}


async def test_https_is_for_good_and_only_where_there_is_https(
    public: httpx2.AsyncClient, http: httpx2.AsyncClient
) -> None:
    for path in ("/docs", "/healthz", "/nowhere", "/static/studio.css"):
        answer = await public.get(path)
        assert answer.headers.items() >= {name.lower(): value for name, value in HSTS.items()}.items()
        assert "strict-transport-security" not in (await http.get(path)).headers


@pytest.mark.parametrize(("method", "headers", "is_let_in"), FETCHES)
async def test_other_sites_may_link_and_nothing_else(
    victim: Victim, http: httpx2.AsyncClient, method: str, headers: dict[str, str], is_let_in: bool
) -> None:
    sent = {name: value.replace(OWN_PORT, str(victim.address[1])) for name, value in headers.items()}

    answer = await http.request(method, NOWHERE, headers=sent)

    assert (answer.status_code != 403) == is_let_in
    if not is_let_in:
        assert answer.json()["code"] == "cross_site_request"


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_every_kind_of_answer_carries_every_header(
    http: httpx2.AsyncClient, method: str, path: str, status: int, accept: str
) -> None:
    answer = await http.request(method, path, headers={"Accept": accept})

    expected = {name.lower(): value for name, value in SECURITY_HEADERS.items()}
    if path == "/static/studio.css":
        expected["cache-control"] = "no-cache"
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert not {"server", "x-powered-by", "access-control-allow-origin", "set-cookie"} & answer.headers.keys()


async def test_refusals_at_the_door_carry_every_header(http: httpx2.AsyncClient) -> None:
    for headers, body in (({"Host": "evil.example"}, b""), ({"Origin": "null"}, b""), ({}, bytes(5 * 2**20))):
        answer = await http.post("/photos", headers=headers, content=body)
        assert answer.headers["content-type"] == "application/problem+json"
        assert {answer.headers.get(name) for name in SECURITY_HEADERS} == set(SECURITY_HEADERS.values())


async def test_pictures_are_private_and_can_do_nothing(http: httpx2.AsyncClient) -> None:
    photo = (await http.post("/photos", files={"photo": ("yard.jpg", encode(quarters()))})).json()

    whole = await http.get(photo["image_url"])
    same = await http.get(photo["image_url"], headers={"If-None-Match": whole.headers["etag"]})

    assert (whole.status_code, same.status_code) == (200, 304)
    for answer in (whole, same):
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_no_page_has_code_or_style_in_it_or_anything_from_elsewhere(http: httpx2.AsyncClient) -> None:
    photo = (await http.post("/photos", files={"photo": ("yard.jpg", encode(quarters()))})).json()
    body = {"photo_id": photo["id"], "areas": [{"area": "patio", "style": "japanese_zen"}], "provider": "concept"}
    made = (await http.post("/generations/multi", json=body)).json()
    paths = ("/", "/designs", "/docs", "/nowhere", f"/new?photo={photo['id']}", f"/designs/{made['id']}")

    for path in paths:
        answer = await http.get(path, headers={"Accept": "text/html"})
        page = _Page()
        page.feed(answer.text)
        assert answer.headers["content-type"].startswith("text/html")
        assert page.found == [], path
