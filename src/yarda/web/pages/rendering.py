"""Templates and the pages for errors."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from yarda.errors import ServiceUnavailableError
from yarda.web.guard import SAFE_METHODS
from yarda.web.pages.masthead import note_visitor
from yarda.web.texts import read_texts

_WEB = Path(__file__).parent.parent
STATIC_DIR = _WEB / "static"

_templates = Jinja2Templates(
    env=Environment(
        loader=FileSystemLoader(_WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
)


def count_credits(number: int) -> str:
    """ "1 credit", "3 credits"."""
    t = read_texts()["credits"]
    return t["one"] if number == 1 else t["many"].format(n=number)


_templates.env.filters["credits"] = count_credits


def render(request: Request, template: str, *, http_status: int = 200, at: str = "", **values: Any) -> Response:
    """A page; `at` names the place in the navigation. Its `credits` are None in local mode and for strangers."""
    shared = {
        "t": read_texts(),
        "at": at,
        "has_accounts": request.app.state.desk is not None,
        "caller": getattr(request.state, "caller", None),
        "credits": getattr(request.state, "credits", None),
    }
    response = _templates.TemplateResponse(request, template, {**shared, **values}, status_code=http_status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def problem_page(request: Request, *, status: int, code: str, detail: str) -> Response:
    """An error for a person: what happened, what it means, a way out, then the code."""
    if status < 500:
        with suppress(ServiceUnavailableError):
            await note_visitor(request, request.app.state.studio)
    t = read_texts()
    asks_again = status == 503 and request.method in SAFE_METHODS
    said = detail[:1].upper() + detail[1:].rstrip(".") + "."
    if status == 503:
        headline = t["away"].get(code, t["away"]["unavailable"])
        said = t["error"]["asks_again" if asks_again else "try_again"]
    else:
        headline = t["refused"].get(str(status), t["refused"]["other"])
        said = t["error"].get(f"said_{status}", said)
    return render(
        request,
        "error.html",
        http_status=status,
        status=status,
        headline=headline,
        said=said,
        code=code,
        asks_again=asks_again,
    )
