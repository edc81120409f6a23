"""Plays Gemini's generateContent on 127.0.0.1, in a test or as a process of its own.

    python -m tests.emulators.gemini --port 8901 --delay 2 --log calls.jsonl --script 'status:503,ok,reset'

A script is a list of behaviours, one per call; after its end every call is answered with `ok`.
A behaviour is a word, with its argument after a colon: see `_behave`.
"""

import argparse
import asyncio
import base64
import io
import json
import re
import signal
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from tests.contract.hostile_pictures import png
from tests.emulators.server import PIECE, EmulatedServer, Exchange

KEY = "test-key-0123456789"
MODELS = ("gemini-nano-banana-2.1", "gemini-3-pro-image", "gemini-2.5-flash-image")
PATH = re.compile(r"/v1beta/models/([^/:]+):generateContent")
MODEL = re.compile(r"/v1beta/models/([^/:]+)")
FROM_URL_SAFE = str.maketrans("-_", "+/")


@dataclass(slots=True)
class Quota:
    """A token bucket: `rate` calls a second, `burst` at once. `tells`: a refusal says when to come back."""

    rate: float
    burst: int
    tells: bool = True
    slots: float = 0.0
    """How many calls could have been let through so far."""
    _tokens: float = field(default=-1.0)
    _seen: float = 0.0

    def take(self) -> float:
        """0 for a call that is let through, else the seconds until the next one would be."""
        now = time.monotonic()
        if self._tokens < 0:
            self._tokens, self._seen, self.slots = float(self.burst), now, float(self.burst)
        self.slots += (now - self._seen) * self.rate
        self._tokens = min(float(self.burst), self._tokens + (now - self._seen) * self.rate)
        self._seen = now
        if self._tokens >= 1:
            self._tokens -= 1
            return 0.0
        return (1 - self._tokens) / self.rate


class GeminiEmulator(EmulatedServer):
    """Checks each request as Gemini does, then does what the script says."""

    def __init__(
        self,
        script: Iterable[str] = (),
        *,
        key: str = KEY,
        delay: float = 0.0,
        port: int = 0,
        log: Path | None = None,
    ) -> None:
        super().__init__(self._answer, port=port, log=log)
        self.script = deque(script)
        self.last: dict[str, Any] = {}
        self.last_headers: dict[str, str] = {}
        self.quota: Quota | None = None
        self._key = key
        self._delay = delay

    async def _answer(self, exchange: Exchange) -> str:
        self.last_headers = exchange.headers
        asks = exchange.call.method == "GET" and MODEL.fullmatch(exchange.call.path)
        problem = self._key_problem(exchange, model=asks[1]) if asks else self._problem(exchange)
        if problem is not None:
            status, name, message = problem
            await exchange.respond(status, _error(status, name, message))
            return f"{status} {name}"
        if asks:
            await exchange.respond(200, _json({"name": f"models/{asks[1]}", "displayName": f"The {asks[1]}"}))
            return "described"
        if self.quota is not None and (wait := self.quota.take()) > 0:
            hinted = f"{wait:.3f}s" if self.quota.tells else None
            await exchange.respond(429, _error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", wait=hinted))
            return "429 over quota"
        behaviour = self.script.popleft() if self.script else "ok"
        if self._delay:
            await exchange.wait(self._delay)
        await _behave(behaviour, exchange, order=self.last)
        return behaviour

    def _problem(self, exchange: Exchange) -> tuple[int, str, str] | None:
        path = PATH.fullmatch(exchange.call.path)
        if exchange.call.method != "POST" or path is None:
            return 404, "NOT_FOUND", f"no such method: {exchange.call.path}"
        if (problem := self._key_problem(exchange, model=path[1])) is not None:
            return problem
        try:
            self.last = json.loads(exchange.body)
            _photo(self.last)
        except (ValueError, LookupError, StopIteration):
            return 400, "INVALID_ARGUMENT", "Invalid JSON payload, or no picture in it."
        if "2.5" in path[1] and "imageSize" in self.last["generationConfig"]["imageConfig"]:
            return 400, "INVALID_ARGUMENT", "imageSize is not supported by this model."
        return None

    def _key_problem(self, exchange: Exchange, *, model: str) -> tuple[int, str, str] | None:
        if "x-goog-api-key" not in exchange.headers:
            return 403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers."
        if exchange.headers["x-goog-api-key"] != self._key:
            return 400, "INVALID_ARGUMENT", f"API key not valid: {exchange.headers['x-goog-api-key']}"
        if model not in MODELS:
            return 404, "NOT_FOUND", f"models/{model} is not found for API version v1beta"
        return None


async def _behave(behaviour: str, exchange: Exchange, *, order: dict[str, Any]) -> None:
    kind, _, argument = behaviour.partition(":")
    match kind:
        case "status":
            await exchange.respond(int(argument), _error(int(argument), "UNAVAILABLE", "The model is overloaded."))
        case "bare":
            await exchange.respond(int(argument), b"")
        case "html":
            page = b"<!DOCTYPE html><title>Error</title><p>That\xe2s an error.</p>"
            await exchange.respond(int(argument), page, [("content-type", "text/html")])
        case "retry_info":
            await exchange.respond(429, _error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", wait=argument))
        case "retry_after":
            await exchange.respond(429, b"{}", [("retry-after", argument)])
        case "redirect":
            await exchange.respond(307, b"", [("location", argument)])
        case "hang_in_headers":
            await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: applica")
            await exchange.wait(None)
        case "hang" | "reset" | "error_hang" | "cut" | "hang_mid_body" | "reset_mid_body" | "hang_after_headers":
            await _break_off(kind, exchange, order=order)
        case "huge":
            await exchange.begin(200, length=int(argument))
            for _ in range(int(argument) // PIECE):
                await exchange.send(b" " * PIECE)
        case "trickle":
            await exchange.begin(200, length=None)
            while not exchange.call.client_gone:
                await exchange.send(b" ")
                await exchange.wait(float(argument))
        case "delay":
            await exchange.wait(float(argument))
            await _behave("ok", exchange, order=order)
        case _:
            await exchange.respond(200, await asyncio.to_thread(_body, kind, argument, order))


async def _break_off(kind: str, exchange: Exchange, *, order: dict[str, Any]) -> None:
    body = await asyncio.to_thread(_body, "ok", "", order)
    if kind == "error_hang":
        await exchange.begin(429, length=1000)
    elif kind not in ("hang", "reset"):
        await exchange.begin(200, length=len(body))
    if kind in ("cut", "hang_mid_body", "reset_mid_body"):
        await exchange.send(body[: len(body) // 2])
    if "hang" in kind:
        await exchange.wait(None)
    if "reset" in kind:
        exchange.reset()


def _body(kind: str, argument: str, order: dict[str, Any]) -> bytes:
    """The bytes of an answer with status 200."""
    match kind:
        case "empty":
            return b""
        case "raw":
            return argument.encode()
        case "blocked":
            return _json({"promptFeedback": {"blockReason": argument}, "responseId": "r-blocked"})
        case "finish":
            return _json(
                {"candidates": [{"finishReason": argument, "finishMessage": "why"}], "responseId": "r-end"}
            )
        case "text_only":
            return _reply([{"text": "I cannot edit this picture."}])
        case "no_picture":
            return _reply([])
        case "draft_only":
            return _reply([{**_inline(b"draft"), "thought": True}])
        case "bad_base64":
            return _reply([{"inlineData": {"mimeType": "image/png", "data": "%%% not base64"}}])
        case "echo":
            return _reply([_inline(_photo(order))])
        case "shifted" | "moved" | "altered":
            return _reply([_inline(draw(_photo(order), kind))])
        case "blank":
            return _reply([_inline(_jpeg(Image.new("RGB", (1024, 768), (128, 128, 128))))])
        case "corrupt":
            whole = draw(_photo(order))
            return _reply([_inline(whole[: len(whole) // 3])])
        case "labelled":
            return _reply([{"inlineData": {**_inline(draw(_photo(order)))["inlineData"], "mimeType": argument}}])
        case "wrong_mime":
            return _reply([_inline(b"<svg/>")])
        case "bomb":
            return _reply([_inline(png(9000, 9000))])
        case "thoughts":
            draft = {**_inline(b"draft"), "thought": True}
            return _reply([draft, {"text": "Here it is."}, _inline(b"first"), _inline(draw(_photo(order)))])
        case "ok":
            return _reply([{"text": "Here is your garden."}, _inline(draw(_photo(order)))])
        case _:
            raise ValueError(f"no such behaviour: {kind}")


@lru_cache(maxsize=64)
def draw(photo: bytes, change: str = "") -> bytes:
    """The emulated design: the photo at another size and a little softer, with beds of gravel and shrubs below.

    `change` is what a model may do to a house: move it a little (shifted) or far (moved), or repaint it (altered).
    """
    with Image.open(io.BytesIO(photo)) as source:
        source.draft("RGB", (1024, 1024))
        small = ImageOps.contain(source.convert("RGB"), (1024, 1024)).resize((1024, 768))
    design = small.filter(ImageFilter.GaussianBlur(1.5))
    brush = ImageDraw.Draw(design)
    brush.rectangle((0, 470, 1024, 768), fill=(176, 158, 122))
    for at in range(140):
        x, y, size = at * 397 % 1024, 470 + at * 211 % 290, 14 + at * 13 % 30
        leaves = (30 + at % 60, 90 + at % 90, 40 + at % 40)
        brush.ellipse((x - size, y - size, x + size, y + size // 2), fill=leaves)
    if change == "altered":
        brush.rectangle((440, 250, 520, 330), fill=(140, 90, 120))
    if change in ("shifted", "moved"):
        by = 14 if change == "shifted" else 260
        design = ImageChops.offset(design, by, -by // 2)
    return _jpeg(design)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _photo(order: dict[str, Any]) -> bytes:
    parts = order["contents"][0]["parts"]
    data: str = next(part["inlineData"]["data"] for part in parts if "inlineData" in part)
    # The client sends base64 for URLs, curl examples send the plain kind; Gemini takes both.
    return base64.b64decode(data.translate(FROM_URL_SAFE), validate=True)


def _inline(picture: bytes) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/jpeg", "data": base64.b64encode(picture).decode()}}


def _reply(parts: list[dict[str, Any]]) -> bytes:
    usage = {
        "promptTokenCount": 1400,
        "candidatesTokenCount": 1130,
        "thoughtsTokenCount": 200,
        "totalTokenCount": 2730,
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}
    return _json({"candidates": [candidate], "usageMetadata": usage, "responseId": "r-0001"})


def _error(status: int, name: str, message: str, *, wait: str | None = None) -> bytes:
    details: list[dict[str, Any]] = [{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []}]
    if wait is not None:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": wait})
    return _json({"error": {"code": status, "message": message, "status": name, "details": details}})


def _json(document: object) -> bytes:
    return json.dumps(document).encode()


async def _run(arguments: argparse.Namespace) -> None:
    script = arguments.script.split(",") if arguments.script else ()
    emulator = GeminiEmulator(
        script, key=arguments.key, delay=arguments.delay, port=arguments.port, log=arguments.log
    )
    async with emulator:
        print(emulator.base_url, flush=True)  # noqa: T201
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Plays Gemini's generateContent.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before every answer")
    parser.add_argument("--log", type=Path, help="a file that gets a JSON line per event")
    parser.add_argument("--script", default="", help="behaviours, separated by commas")
    parser.add_argument("--key", default=KEY)
    asyncio.run(_run(parser.parse_args()))
