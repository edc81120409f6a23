"""Errors as problem documents (RFC 9457) with a stable `code`; as pages where a person looks."""

from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from yarda.errors import (
    InvalidRequest,
    NotEnoughCredits,
    NotSignedIn,
    RequestError,
    ServiceUnavailableError,
    SetupError,
    TooManyRequests,
)
from yarda.web.headers import SECURITY_HEADERS

MEDIA_TYPE = "application/problem+json"
CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "request_too_large",
}
LONGEST_PATH = 200
METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")

log = structlog.get_logger()

AsPage = Callable[[Request, "Problem"], Awaitable[Response | None]]


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error: `code` is stable, `detail` says what to do."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Content",
                "status": 422,
                "code": "invalid_request",
                "detail": "areas: choose 1 to 5 areas, not 0",
                "instance": "/generations/multi",
                "errors": [{"field": "areas", "detail": "choose 1 to 5 areas, not 0"}],
            }
        }
    )

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    instance: str
    errors: list[FieldProblem] = Field(default_factory=list)


class CreditProblem(Problem):
    """Too few credits: how many the request needs, and how many there are to use."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Payment Required",
                "status": 402,
                "code": "insufficient_credits",
                "detail": "credits needed: 2, available: 1; choose concept, which is free, or fewer areas, or …",
                "instance": "/generations/multi",
                "errors": [],
                "needed": 2,
                "available": 1,
            }
        }
    )

    needed: int
    available: int


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe these errors of a route in the OpenAPI document, and those of whoever may not ask it."""
    return open_responses(401, 403, *statuses)


def open_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for a route that anybody may ask; 503 comes with every route."""
    described = {
        400: "Cannot be read at all",
        408: "Did not arrive in time",
        401: "Nobody is signed in",
        403: "The account or key has no such right",
        402: "Too few credits",
        413: "Too large",
        429: "Too often; Retry-After says when",
        404: "Not found, or somebody else's",
        422: "A field is wrong",
    }
    return {
        status: {
            "description": described.get(status, "See the code"),
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{_model(status).__name__}"}}},
        }
        for status in (*statuses, 503)
    }


def _model(status: int) -> type[Problem]:
    return CreditProblem if status == HTTPStatus.PAYMENT_REQUIRED else Problem


def install(app: FastAPI, *, as_page: AsPage) -> None:
    """Answer every error as a problem; `as_page` may turn it into a page for a browser."""

    async def answer(
        request: Request,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldProblem] = (),
        **members: int,
    ) -> Response:
        problem = _model(status)(
            title=_title(status),
            status=status,
            code=code,
            detail=detail,
            instance=request.url.path,
            errors=list(errors),
            **members,
        )
        if status < 500:
            _log_refusal(request, status=status, code=code)
        page = await as_page(request, problem)
        if page is not None:
            return page
        return JSONResponse(problem.model_dump(), status_code=status, media_type=MEDIA_TYPE)

    @app.exception_handler(RequestError)
    async def _refused(request: Request, error: RequestError) -> Response:
        field = error.field if isinstance(error, InvalidRequest) else None
        errors = [FieldProblem(field=field, detail=str(error))] if field else []
        response = await answer(request, error.status, error.code, str(error), errors=errors)
        if isinstance(error, TooManyRequests):
            response.headers["Retry-After"] = str(error.retry_after)
        if isinstance(error, NotSignedIn):
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @app.exception_handler(NotEnoughCredits)
    async def _too_few(request: Request, error: NotEnoughCredits) -> Response:
        return await answer(
            request, error.status, error.code, str(error), needed=error.needed, available=error.available
        )

    @app.exception_handler(ServiceUnavailableError)
    async def _away(request: Request, error: ServiceUnavailableError) -> Response:
        response = await answer(request, 503, error.code, f"{error}; nothing was lost")
        response.headers["Retry-After"] = str(error.retry_after)
        return response

    @app.exception_handler(SetupError)
    async def _set_up_wrong(request: Request, error: SetupError) -> Response:
        log.error("set_up_wrong", reason=str(error))
        response = await answer(request, 503, "not_ready", str(error))
        response.headers["Retry-After"] = "60"
        return response

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [_field_problem(entry) for entry in error.errors()]
        detail = "; ".join(f"{entry.field}: {entry.detail}" for entry in errors)
        return await answer(request, 422, "invalid_request", detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        code = CODES.get(error.status_code, "http_error")
        response = await answer(request, error.status_code, code, str(error.detail))
        response.headers.update(error.headers or {})
        if error.status_code == 405:
            response.headers["Allow"] = ", ".join(sorted(allowed_methods(request)))
        return response

    @app.exception_handler(Exception)
    async def _defect(request: Request, error: Exception) -> Response:
        log.error("request_crashed", path=request.url.path, exc_info=error)
        response = await answer(request, 500, "internal_error", "Something in Yarda failed; the log says what.")
        # This answer is sent from outside of the guard, which sets them on every other one.
        response.headers.update(SECURITY_HEADERS)
        return response


def _log_refusal(request: Request, *, status: int, code: str) -> None:
    """Who tries doors is seen: by account where one was proved, and by path as it was sent, without its query."""
    asker = getattr(request.state, "asker", None)
    log.info(
        "request_refused",
        status=status,
        code=code,
        method=request.method,
        path=request.scope["raw_path"].decode("ascii", "replace")[:LONGEST_PATH],
        account_id=str(asker.id) if asker else None,
    )


def allowed_methods(request: Request) -> set[str]:
    """Of the path that was asked for; Starlette names those of the first route that has it."""
    return {
        method
        for method in METHODS
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    }


def _field_problem(entry: dict[str, Any]) -> FieldProblem:
    where = [str(part) for part in entry["loc"] if part not in ("body", "query", "path", "header")]
    return FieldProblem(field=".".join(where) or "body", detail=str(entry["msg"]).removeprefix("Value error, "))


def _title(status: int) -> str:

    return HTTPStatus(status).phrase
