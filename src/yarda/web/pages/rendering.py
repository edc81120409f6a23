"""Templates and the pages for errors."""

from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

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


def render(request: Request, template: str, *, http_status: int = 200, at: str = "", **values: Any) -> Response:
    """A page; `at` names the place in the navigation."""
    shared = {
        "t": read_texts(),
        "at": at,
        "has_accounts": request.app.state.desk is not None,
        "caller": getattr(request.state, "caller", None),
    }
    response = _templates.TemplateResponse(request, template, {**shared, **values}, status_code=http_status)
    response.headers["Cache-Control"] = "no-store"
    return response


async def problem_page(request: Request, *, status: int, code: str, detail: str) -> Response:
    """An error for a person: what happened, what it means, one way out, then the code."""
    t = read_texts()["error"]
    if status == 404:
        headline, said = t["not_found"], t["not_found_said"]
    elif status == 503:
        headline, said = t["away"], t["away_said"]
    else:
        headline, said = t["wrong"], detail
    return render(
        request, "error.html", http_status=status, status=status, headline=headline, said=said, code=code
    )
