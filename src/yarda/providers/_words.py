"""What providers say in their errors, made fit for a row and a log."""

import json
from typing import Any

WORDS_KEPT = 300


def shortened(words: object) -> str:
    """A provider's words on one line, short enough for a row and without what a row cannot hold."""
    printable = "".join(letter if letter.isprintable() else " " for letter in str(words or "")[:4096])
    return " ".join(printable.split())[:WORDS_KEPT]


def error_object(text: str) -> dict[str, Any]:
    """The `error` of an answer; empty where the answer is anything else, a gateway's page for one."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    error = document.get("error") if isinstance(document, dict) else None
    return error if isinstance(error, dict) else {}
