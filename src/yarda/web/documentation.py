"""`/docs`: the API described on a page of our own, from the OpenAPI document; no script from elsewhere."""

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response

from yarda.web.pages.masthead import note_visitor
from yarda.web.pages.rendering import render

router = APIRouter(include_in_schema=False, dependencies=[Depends(note_visitor)])


@router.get("/docs")
async def docs(request: Request) -> Response:
    """Every operation, in the order of the work."""
    return render(request, "documentation.html", operations=list(_operations(request.app)))


def _operations(app: FastAPI) -> Iterator[dict[str, str]]:
    document = app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield {
                "call": f"{method.upper()} {path}",
                "does": operation.get("description") or operation.get("summary", ""),
                "answers": ", ".join(operation["responses"]),
                "example": _example(operation, document),
            }


def _example(operation: dict[str, Any], document: dict[str, Any]) -> str:
    """A body that works, where the operation takes JSON and its schema shows one."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
    schema = document["components"]["schemas"].get(name, {})
    example = schema.get("example") or next(iter(schema.get("examples", [])), None)
    return json.dumps(example, indent=2) if example else ""
