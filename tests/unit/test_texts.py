"""The studio's words: every one used exists, every one that exists is used."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yarda.web
from yarda.errors import DumpFailed, ServiceUnavailableError
from yarda.web.texts import read_texts

WEB = Path(yarda.web.__file__).parent


def keys(texts: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in texts.items():
        if isinstance(value, dict):
            yield from keys(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def used() -> set[str]:
    """Dotted names as templates write them: `t.start.title`."""
    templates = "\n".join(path.read_text() for path in (WEB / "templates").glob("*.html"))
    return set(re.findall(r"\bt\.([a-z_]+\.(?!items\b)[a-z_]+)", templates))


def test_templates_use_only_texts_that_exist() -> None:
    assert used() - set(keys(read_texts())) == set()


def test_every_text_is_used_by_a_template_or_by_name_in_code() -> None:
    code = "\n".join(path.read_text() for path in WEB.rglob("*.py"))
    by_name = set(re.findall(r"""["']([a-z_]+)["']""", code))
    by_state = re.compile(
        r"(stage|state|plan|jobs|said)_|^(accuracy|away|booked|growth|outcome|refused|scope|season|source|stage)\."
    )

    unused = {
        key
        for key in set(keys(read_texts())) - used()
        if key.split(".")[1] not in by_name and not by_state.search(key)
    }

    assert unused == set()


def test_a_page_has_words_of_its_own_for_everything_that_can_be_away() -> None:
    kinds = set(ServiceUnavailableError.__subclasses__()) - {DumpFailed}  # that is told on the command line only

    assert {kind.code for kind in kinds} <= set(read_texts()["away"])


def test_templates_hold_no_words_of_their_own() -> None:
    for path in (WEB / "templates").glob("*.html"):
        text = path.read_text()
        for code in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}", r"<code>.*?</code>", r"<[^>]*>"):
            text = re.sub(code, " ", text, flags=re.DOTALL)
        assert re.findall(r"[A-Za-z]{4,}", text.replace("openapi.json", "")) == [], path.name
