"""Requests no client library would send: the studio refuses each with a reason, and goes on serving others."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx2
import pytest
import uvicorn
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from tests.hostile.files import plain
from tests.hostile.studio import Victim
from tests.patience import PATIENCE
from yarda.web.bodies import BoundedBody
from yarda.web.connections import PatientConnection

MIB = 2**20
GROWTH = 200 * MIB
PART = b'Content-Disposition: form-data; name="photo"; filename="yard.jpg"\r\n\r\n'
FORM = "multipart/form-data; boundary="
JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileForm:
    name: str
    body: bytes
    status: int
    content_type: str = FORM + "b"


def _part(head: bytes, body: bytes = b"x") -> bytes:
    return b"--b\r\n" + head + b"\r\n\r\n" + body + b"\r\n"


def _forms() -> Iterator[HostileForm]:
    photo, end = b"--b\r\n" + PART + plain() + b"\r\n", b"--b--\r\n"
    field = b'Content-Disposition: form-data; name="x"'
    nested = b'Content-Disposition: form-data; name="photo"\r\nContent-Type: multipart/mixed; boundary=c'
    for name, body, status in (
        ("no parts", end, 422),
        ("nothing", b"", 422),
        ("only an epilogue", b"--b--\r\n" + plain(), 422),
        ("no end", photo, 422),
        ("no line before the end", b"--b\r\n" + PART + plain(), 422),
        ("10,000 fields", _part(field) * 10_000 + end, 400),
        ("10,000 files", _part(PART[:-4]) * 10_000 + end, 400),
        ("10,000 headers of a part", b"--b\r\n" + b"X: y\r\n" * 10_000 + PART + plain() + b"\r\n" + end, 400),
        ("a header of 1 MB", _part(b"X: " + b"y" * MIB) + end, 400),
        ("a header without a colon", _part(b"Content-Disposition form-data") + end, 400),
        ("a field of 20 MB", _part(field, bytes(20 * MIB)) + end, 400),
        ("a photo that is a field", _part(b'Content-Disposition: form-data; name="photo"', plain()) + end, 422),
        ("a name and no more", _part(b"Content-Disposition: form-data") + end, 400),
        ("no disposition", _part(b"X: y") + end, 400),
        ("a file without a name", _part(b'Content-Disposition: form-data; filename="yard.jpg"') + end, 400),
        ("two photos, the second is bad", photo + _part(PART[:-4], b"<svg/>") + end, 415),
        ("two photos, the first is bad", _part(PART[:-4], b"<svg/>") + photo + end, 201),
        ("nested", _part(nested, b"--c\r\n" + PART + plain() + b"\r\n--c--") + end, 422),
        ("base64", _part(PART[:-4] + b"\r\nContent-Transfer-Encoding: base64", b"/9j/4AAQSkZJRg==") + end, 415),
        ("lines end in LF", photo.replace(b"\r\n", b"\n") + end, 400),
        ("junk before the first part", b"junk\r\n" * 1000 + photo + end, 400),
        ("a boundary in the photo", b"--b\r\n" + PART + b"\xff\xd8\xff\r\n--b\r\n" + end, 400),
    ):
        yield HostileForm(name=name, body=body, status=status)
    long = b"b" * 10_000
    whole = b"--" + long + b"\r\n" + PART + plain() + b"\r\n--" + long + b"--\r\n"
    for name, kind, body, status in (
        ("a boundary of 10,000", FORM + long.decode(), whole, 400),
        ("no boundary", "multipart/form-data", photo + end, 400),
        ("an empty boundary", FORM, photo + end, 400),
        ("a boundary of another form", FORM + "c", photo + end, 400),
        ("a charset that is none", FORM + "b; charset=nonsense", photo + end, 201),
        ("a charset that explodes", FORM + "b; charset=zlib", photo + end, 201),
        ("a form that is none", "multipart/mixed; boundary=b", photo + end, 422),
        ("urlencoded", "application/x-www-form-urlencoded", b"photo=" + b"x" * 1000, 422),
        ("10,000 urlencoded fields", "application/x-www-form-urlencoded", b"a=b&" * 10_000, 400),
        ("JSON", JSON, b'{"photo": "x"}', 422),
        ("a type of its own", "x" * 5000, photo + end, 422),
    ):
        yield HostileForm(name=name, body=body, status=status, content_type=kind)


def _documents() -> Iterator[tuple[str, bytes, int]]:
    area = {"area": "patio", "style": "japanese_zen"}
    yield "5 MB", b'{"areas": "' + b"x" * 5 * MIB + b'"}', 413
    yield "100,000 lists in lists", b"[" * 100_000 + b"]" * 100_000, 400
    yield "100,000 objects in objects", b'{"areas":' * 100_000 + b"1" + b"}" * 100_000, 400
    yield "a number of 100,000 digits", b'{"seed": ' + b"9" * 100_000 + b"}", 400
    yield "a number without end", b'{"seed": 1e999}', 422
    yield "no number", b'{"seed": NaN}', 422
    yield "half a letter", b'{"address": "5 Elm St \\ud800", "areas": []}', 422
    yield "no UTF-8", b'{"address": "\xff\xfe\xfd"}', 400
    yield "UTF-16", '{"areas": []}'.encode("utf-16"), 422
    yield "a million areas", json.dumps({"areas": [area] * 50_000}).encode(), 422
    yield "a name a million times", b"{" + b'"a":1,' * 200_000 + b'"a":1}', 422
    for field in ("address", "provider"):
        body = {"areas": [area], field: "12 \0 Elm Street"}
        yield f"a NUL in the {field}", json.dumps(body).encode(), 422
    body = {"areas": [area | {"custom_prompt": "roses\0"}], "address": "5 Elm Street, Springfield"}
    yield "a NUL in a wish", json.dumps(body).encode(), 422


FORMS, DOCUMENTS = list(_forms()), list(_documents())


def _request(path: str, content_type: str, body: bytes, *, more: str = "", length: int | None = None) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\n{more}"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body) if length is None else length}\r\n\r\n"
    )
    return head.encode() + body


async def _send(victim: Victim, *pieces: bytes) -> bytes:
    """The whole answer; nothing where the server hung up on us."""
    reader, writer = await asyncio.open_connection(*victim.address)
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        return head + await (reader.readexactly(int(length[1])) if length else reader.read())
    except (ConnectionError, asyncio.IncompleteReadError):
        return b""
    finally:
        writer.transport.abort()


def _check(answer: bytes, status: int) -> None:
    assert answer.split(b" ", 2)[1:2] == [str(status).encode()], answer[:600]
    if status >= 400:
        assert b"application/problem+json" in answer
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
async def test_a_broken_form_is_refused_with_a_reason(victim: Victim, form: HostileForm) -> None:
    leftovers = victim.leftovers()

    answer = await _send(victim, _request("/photos", form.content_type, form.body))

    _check(answer, form.status)
    assert victim.leftovers() == leftovers


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
async def test_a_page_takes_no_broken_form_either(victim: Victim, form: HostileForm) -> None:
    answers = [
        await _send(victim, _request(path, form.content_type, form.body, more="Accept: text/html\r\n"))
        for path in ("/new/photo", "/designs")
    ]

    for answer in answers:
        assert 200 <= int(answer.split(b" ", 2)[1]) < 500, answer[:600]


@pytest.mark.parametrize(("name", "body", "status"), DOCUMENTS, ids=[name for name, _, _ in DOCUMENTS])
async def test_a_broken_document_is_refused_with_a_reason(
    victim: Victim, name: str, body: bytes, status: int
) -> None:
    answer = await _send(victim, _request("/generations/multi", JSON, body))

    _check(answer, status)


@pytest.mark.parametrize(
    ("more", "length", "status"),
    [
        ("", 200 * MIB, 413),
        ("", 10**30, 400),
        ("Content-Length: 5\r\n", 6, 400),
        ("Transfer-Encoding: chunked\r\n", 6, 400),
        ("Transfer-Encoding: gzip, chunked\r\n", 6, 400),
        ("X\0: y\r\n", 6, 400),
        ("Expect: 100-continue\r\n", 200 * MIB, 413),
    ],
    ids=["200 MB", "more than there is", "two lengths", "chunks", "gzip", "NUL", "expect"],
)
async def test_lengths_and_heads_that_lie_are_refused(victim: Victim, more: str, length: int, status: int) -> None:
    answer = await _send(victim, _request("/photos", FORM + "b", b"--b--\r", more=more, length=length))

    assert int(answer.split(b" ", 2)[1]) == status, answer[:300]


@pytest.mark.parametrize("more", ["X: " + "y" * 2 * MIB + "\r\n", "X: y\r\n" * 300_000], ids=["long", "many"])
async def test_two_megabytes_of_headers_are_refused(victim: Victim, http: httpx2.AsyncClient, more: str) -> None:
    answer = await _send(victim, _request("/photos", FORM + "b", b"", more=more))

    assert answer[:12] in (b"", b"HTTP/1.1 400")
    assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize("length", [b"Content-Length: 209715200", b"Transfer-Encoding: chunked"])
async def test_two_hundred_megabytes_are_refused_and_not_kept(victim: Victim, length: bytes) -> None:
    peak = victim.peak_bytes()
    head = b"POST /photos HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    start = b"--b\r\n" + PART
    is_chunked = b"chunked" in length
    pieces = [start, *[bytes(MIB)] * 200]
    if is_chunked:
        pieces = [b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces]

    answer = await _send(victim, head + length + b"\r\n\r\n", *pieces)

    _check(answer, 413)
    assert victim.peak_bytes() - peak < GROWTH
    assert victim.leftovers() == set()


async def test_a_client_that_goes_away_leaves_nothing(victim: Victim, http: httpx2.AsyncClient) -> None:
    request = _request("/photos", FORM + "b", b"--b\r\n" + PART + plain() * 400, length=20 * MIB)
    for at in (10, 200, 2 * MIB):
        _, writer = await asyncio.open_connection(*victim.address)
        writer.write(request[:at])
        await writer.drain()
        writer.transport.abort()

    answers = await asyncio.gather(*(http.get("/healthz") for _ in range(4)))

    assert {answer.status_code for answer in answers} == {200}
    assert victim.leftovers() == set()


@pytest.fixture
async def hasty() -> AsyncIterator[tuple[str, int]]:
    """A server of the same kind that waits for a moment only, and refuses every body unread."""

    class Hasty(PatientConnection):
        wait_seconds = 0.2

    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(refuse, http=Hasty, ws="none", log_config=None, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield listener.getsockname()
    server.should_exit = True
    await serving


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET / HT",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n",
    ],
    ids=["silence", "half a line", "half a head", "a refused body that does not come"],
)
async def test_whoever_does_not_finish_is_hung_up_on(hasty: tuple[str, int], said: bytes) -> None:
    reader, writer = await asyncio.open_connection(*hasty)
    writer.write(said)

    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()

    assert (b" 403 " in answer) == said.startswith(b"POST")


async def test_a_body_that_stops_coming_is_a_timeout() -> None:
    pieces: list[Message] = [{"type": "http.request", "body": b"x", "more_body": True}]

    async def receive() -> Message:
        return pieces.pop() if pieces else await asyncio.Future()

    body = BoundedBody(receive, limit=10, piece_seconds=0.05)
    await body()
    with pytest.raises(HTTPException) as refusal:
        await body()

    assert refusal.value.status_code == 408


async def test_after_the_whole_body_nothing_is_timed() -> None:
    gone = asyncio.get_running_loop().create_future()
    pieces: list[Message] = [{"type": "http.request", "body": b"x", "more_body": False}]

    async def receive() -> Message:
        return pieces.pop() if pieces else await gone

    body = BoundedBody(receive, limit=10, piece_seconds=0.01)
    await body()
    listening = asyncio.create_task(body())
    await asyncio.sleep(0.05)
    gone.set_result({"type": "http.disconnect"})

    assert (await listening)["type"] == "http.disconnect"
