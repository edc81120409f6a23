"""The display: small pictures, and the web application on a loopback port."""

import asyncio
import io
import socket

import httpx2
import uvicorn
from PIL import Image, PngImagePlugin

from yarda.bootstrap import Running
from yarda.doctor.drawing import Picture
from yarda.doctor.findings import Faulty, Finding, Seen, examine, kilobytes, not_tried

PART = "display"
ALWAYS = {"/healthz": "application/json", "/static/sample/before.jpg": "image/jpeg"}
FROM_ROWS = {"/": "text/html", "/designs": "text/html"}
SECONDS = 30.0


async def examine_thumbnail(picture: Picture | None) -> tuple[Finding, bytes | None]:
    if picture is None:
        return not_tried(PART, "needs a picture", about="thumbnail"), None
    return await examine(PART, _make_small(picture), about="thumbnail", remedies={})


async def examine_pages(running: Running, *, has_database: bool) -> Finding:
    paths = ALWAYS | FROM_ROWS if has_database else ALWAYS
    said = "" if has_database else "the pages need the database"
    finding, _ = await examine(PART, _serve(running, paths, said), about="web", remedies={}, seconds=SECONDS)
    return finding


async def _make_small(picture: Picture) -> Seen[bytes]:
    image, size = await asyncio.to_thread(_as_png, picture.design.renditions.thumb)
    return Seen(facts={"size": f"{size[0]} × {size[1]}, {kilobytes(image)}"}, made=image)


def _as_png(thumb: bytes) -> tuple[bytes, tuple[int, int]]:
    """With what the picture says of itself: whose it is, and that it is a rendering."""
    out, about = io.BytesIO(), PngImagePlugin.PngInfo()
    with Image.open(io.BytesIO(thumb), formats=("JPEG",)) as picture:
        if said := picture.info.get("xmp"):
            about.add_itxt("XML:com.adobe.xmp", said.decode())
        picture.convert("RGB").save(out, "PNG", pnginfo=about)
        return out.getvalue(), picture.size


async def _serve(running: Running, paths: dict[str, str], said: str) -> Seen[None]:
    from yarda.web.app import create_app  # takes half a second, which no other command has to wait for

    listener = socket.create_server(("127.0.0.1", 0))
    host, port = listener.getsockname()
    app = create_app(running.studio, base_url=running.settings.base_url)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        async with httpx2.AsyncClient(base_url=f"http://{host}:{port}", timeout=10, trust_env=False) as client:
            facts = {path: await _get(client, path, kind) for path, kind in paths.items()}
    finally:
        server.should_exit = True
        await serving
    return Seen(facts=facts, made=None, said=said)


async def _get(client: httpx2.AsyncClient, path: str, kind: str) -> str:
    remedy = "install Yarda anew; if that does not help, report it with the output of `yarda doctor --json`"
    try:
        answer = await client.get(path)
    except httpx2.RequestError as error:
        raise Faulty(f"{path} is not answered on 127.0.0.1: {type(error).__name__}", remedy=remedy) from error
    if answer.status_code != 200 or not answer.headers.get("content-type", "").startswith(kind):
        raise Faulty(f"{path} answers {answer.status_code}", remedy=remedy)
    return f"{answer.status_code}, {kilobytes(answer.content)}"
