"""Plays OpenAI's image edits on 127.0.0.1.

A script is a list of behaviours, one per call, as for the emulated Gemini; after its end every call is answered.
"""

import asyncio
import base64
import email.parser
import email.policy
import io
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.emulators.gemini import draw
from tests.emulators.server import PIECE, EmulatedServer, Exchange

KEY = "sk-test-0123456789"
MODELS = ("gpt-image-2", "gpt-image-1.5")


@dataclass(slots=True)
class Edit:
    """One order as it arrived: the pictures' sizes in order, and the mask's alpha."""

    fields: dict[str, str] = field(default_factory=dict)
    images: list[bytes] = field(default_factory=list)
    mask: bytes | None = None


class OpenAIEmulator(EmulatedServer):
    """Checks each request as OpenAI does, then does what the script says."""

    def __init__(self, script: Iterable[str] = ()) -> None:
        super().__init__(self._answer)
        self.script = deque(script)
        self.last = Edit()

    async def _answer(self, exchange: Exchange) -> str:
        asked = exchange.call.path.removeprefix("/v1/models/") if exchange.call.method == "GET" else None
        problem = self._model_problem(exchange, asked) if asked else self._problem(exchange)
        if problem is not None:
            status, code, message = problem
            await exchange.respond(status, _error(code, message))
            return f"{status} {code}"
        if asked:
            document = {"id": asked, "object": "model", "created": 1, "owned_by": "openai"}
            await exchange.respond(200, json.dumps(document).encode(), [("content-type", "application/json")])
            return "described"
        behaviour = self.script.popleft() if self.script else "ok"
        await _behave(behaviour, exchange, self.last)
        return behaviour

    def _problem(self, exchange: Exchange) -> tuple[int, str, str] | None:
        if exchange.call.path != "/v1/images/edits" or exchange.call.method != "POST":
            return 404, "unknown_url", f"Unknown request URL: {exchange.call.path}"
        self.last = _parse(exchange)
        if (problem := self._model_problem(exchange, self.last.fields.get("model"))) is not None:
            return problem
        try:
            sizes = [_size(image) for image in self.last.images]
            if self.last.mask is not None and _size(self.last.mask) != sizes[0]:
                return 400, "invalid_mask", "The mask has another size than the image."
        except (OSError, IndexError):
            return 400, "invalid_image_file", "Invalid image."
        return None

    def _model_problem(self, exchange: Exchange, model: str | None) -> tuple[int, str, str] | None:
        if exchange.headers.get("authorization") != f"Bearer {KEY}":
            return 401, "invalid_api_key", f"Incorrect API key: {exchange.headers.get('authorization')}"
        if model not in MODELS:
            return 404, "model_not_found", "The model does not exist."
        return None


async def _behave(behaviour: str, exchange: Exchange, order: Edit) -> None:
    kind, _, argument = behaviour.partition(":")
    match kind:
        case "status":
            await exchange.respond(int(argument), _error("server_error", "The server had an error."))
        case "html":
            await exchange.respond(int(argument), b"<html>bad gateway</html>", [("content-type", "text/html")])
        case "code":
            status, code = argument.split("/")
            await exchange.respond(int(status), _error(code, "Please try again in 12s."))
        case "retry_after":
            await exchange.respond(429, b"{}", [("retry-after", argument)])
        case "retry_after_ms":
            await exchange.respond(429, b"{}", [("retry-after-ms", argument)])
        case "huge":
            await exchange.begin(200, length=int(argument))
            for _ in range(int(argument) // PIECE):
                await exchange.send(b" " * PIECE)
        case "trickle":
            await exchange.begin(200, length=None)
            while not exchange.call.client_gone:
                await exchange.send(b" ")
                await exchange.wait(float(argument))
        case "hang_in_headers":
            await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-type: applica")
            await exchange.wait(None)
        case "hang" | "reset" | "cut" | "hang_mid_body" | "reset_mid_body" | "hang_after_headers":
            await _break_off(kind, exchange, order)
        case _:
            body = await asyncio.to_thread(_body, kind, argument, order)
            await exchange.respond(200, body, [("x-request-id", "req-0001"), ("content-type", "application/json")])


async def _break_off(kind: str, exchange: Exchange, order: Edit) -> None:
    body = _body("ok", "", order)
    if kind not in ("hang", "reset"):
        await exchange.begin(200, length=len(body))
    if "mid_body" in kind or kind == "cut":
        await exchange.send(body[: len(body) // 2])
    if "hang" in kind:
        await exchange.wait(None)
    if "reset" in kind:
        exchange.reset()


def _body(kind: str, argument: str, order: Edit) -> bytes:
    match kind:
        case "raw":
            return argument.encode()
        case "empty":
            return b""
        case "no_picture":
            return _reply(None)
        case "bad_base64":
            return _reply("%%%")
        case "echo":
            return _reply(base64.b64encode(order.images[0]).decode())
        case _:
            return _reply(base64.b64encode(draw(order.images[0])).decode())


def _reply(picture: str | None) -> bytes:
    usage = {
        "input_tokens": 900,
        "input_tokens_details": {"image_tokens": 400, "text_tokens": 500},
        "output_tokens": 1500,
        "total_tokens": 2400,
    }
    data = [{"b64_json": picture}] if picture else []
    return json.dumps({"created": 1, "data": data, "output_format": "jpeg", "usage": usage}).encode()


def _parse(exchange: Exchange) -> Edit:
    head = f"content-type: {exchange.headers['content-type']}\r\n\r\n".encode()
    message: Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + exchange.body)
    edit = Edit()
    for part in message.iter_parts():
        name, data = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if name == "mask":
            edit.mask = data
        elif name.startswith("image"):
            edit.images.append(data)
        else:
            edit.fields[name] = data.decode()
    return edit


def _size(image: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(image)) as picture:
        return picture.size


def _error(code: str, message: str) -> bytes:
    return json.dumps({"error": {"message": message, "type": "error", "code": code, "param": None}}).encode()
