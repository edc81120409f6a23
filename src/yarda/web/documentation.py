"""`/docs`: the API described on a page of our own, from the OpenAPI document; no script from elsewhere."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>HTTP API · Yarda</title>
  <link rel="stylesheet" href="/static/tokens.css">
  <link rel="stylesheet" href="/static/studio.css">
</head>
<body>
  <main class="page">
    <div class="page__head"><div><h1>HTTP API</h1>
    <p>JSON in and out; errors are <code>application/problem+json</code> with a stable <code>code</code>.
    The whole description: <a href="/openapi.json">openapi.json</a>.</p></div></div>
    <div class="scrolls"><table><thead><tr><th>Call</th><th>Does</th><th>Answers</th></tr></thead>
    <tbody>{rows}</tbody></table></div>
  </main>
</body>
</html>
"""


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Every operation in one table."""
    schema = request.app.openapi()
    rows = "".join(
        _row(method, path, operation)
        for path, operations in schema["paths"].items()
        for method, operation in operations.items()
    )
    return HTMLResponse(_PAGE.format(rows=rows))


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    answers = ", ".join(operation["responses"])
    said = operation.get("description") or operation.get("summary", "")
    return (
        f"<tr><th><code>{method.upper()} {escape(path)}</code></th>"
        f"<td>{escape(said)}</td><td>{escape(answers)}</td></tr>"
    )
