"""The web application: API, pages, doors and errors."""

from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import RedirectResponse

from yarda import __version__
from yarda.core import AccountDesk, Operator, Studio
from yarda.errors import NotSignedIn, SignInAgain
from yarda.web import (
    account,
    catalog,
    credentials,
    documentation,
    events,
    generations,
    images,
    member,
    operations,
    passkeys,
    photos,
    places,
    previews,
    problems,
    purchases,
)
from yarda.web.guard import Guard
from yarda.web.pages import STATIC_DIR, problem_page
from yarda.web.pages import router as pages_router
from yarda.web.problems import CreditProblem, Problem
from yarda.web.static_files import RevalidatedFiles

API = (
    generations,
    events,
    photos,
    places,
    previews,
    images,
    catalog,
    account,
    credentials,
    passkeys,
    purchases,
    member,
    operations,
)
API_ROOTS = frozenset(
    {
        "generations",
        "photos",
        "places",
        "images",
        "styles",
        "areas",
        "credits",
        "calls",
        "packs",
        "purchases",
        "webhooks",
        "keys",
        "member",
        "sessions",
        "passkeys",
        "healthz",
        "readyz",
        "metrics",
    }
    | {"openapi.json", "static"}
)
OF_BODIES = (400, 408, 413)
"""What can be wrong with a body before anybody looks into it."""


def create_app(
    studio: Studio,
    *,
    desk: AccountDesk | None = None,
    operator: Operator | None = None,
    base_url: str | None = None,
) -> FastAPI:
    """An application on a running studio; whoever calls this starts the workers and closes the studio.

    With a desk people sign in; without one every request is the owner's. `operator` is for the operator's page.
    """
    app = FastAPI(
        title="Yarda",
        version=__version__,
        summary="Designs of your own yard.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.studio = studio
    app.state.desk = desk
    app.state.operations = operator
    app.add_middleware(Guard, base_url=base_url)
    problems.install(app, as_page=_as_page)
    for module in API:
        app.include_router(module.router)
    app.include_router(documentation.router)
    app.include_router(pages_router)
    app.mount("/static", RevalidatedFiles(directory=STATIC_DIR), name="static")
    app.openapi = lambda: _describe(app)  # type: ignore[method-assign]
    return app


async def _as_page(request: Request, problem: Problem) -> Response | None:
    """A page instead of a document, where a browser asked for a page."""
    root = request.url.path.strip("/").split("/", 1)[0]
    if root in API_ROOTS or "text/html" not in request.headers.get("accept", ""):
        return None
    if problem.code == NotSignedIn.code and request.method == "GET":
        then = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/sign-in?{urlencode({'next': then})}", status_code=303)
    if problem.code == SignInAgain.code:
        return RedirectResponse("/sign-in?next=/account&again=yes", status_code=303)
    return await problem_page(request, status=problem.status, code=problem.code, detail=problem.detail)


def _describe(app: FastAPI) -> dict[str, object]:
    """The OpenAPI document, with the problem document among its schemas."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        for model in (Problem, CreditProblem):
            described = model.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= described.pop("$defs", {}) | {model.__name__: described}
        for operations_of in schema["paths"].values():
            for operation in operations_of.values():
                answers = operation["responses"]
                if "422" in answers:
                    answers["422"] = problems.responses(422)[422]
                if "requestBody" in operation:
                    answers |= {str(status): problem for status, problem in problems.responses(*OF_BODIES).items()}
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        app.openapi_schema = schema
    return app.openapi_schema
