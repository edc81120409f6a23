"""`/docs`: the API described on a page of our own, from the OpenAPI document; no script from elsewhere."""

from collections.abc import Iterator

from fastapi import APIRouter, FastAPI, Request, Response

from yarda.web.pages.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Every operation in one table."""
    return render(request, "documentation.html", operations=list(_operations(request.app)))


def _operations(app: FastAPI) -> Iterator[dict[str, str]]:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            yield {
                "call": f"{method.upper()} {path}",
                "does": operation.get("description") or operation.get("summary", ""),
                "answers": ", ".join(operation["responses"]),
            }
