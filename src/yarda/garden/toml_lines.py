"""Finds the line of every key in a TOML text, which the standard library's reader does not tell."""

import re
from collections.abc import Iterator, Mapping

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|' r"'''.*?'{3,5}|" r'"(?:\\.|[^"\\\n])*"|' r"'[^'\n]*'",
    re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PLAIN = re.compile(r"[^,\]}#\n]+")
_ESCAPES = {"\\n": "\n", "\\t": "\t", '\\"': '"', "\\\\": "\\"}


def find_lines(text: str) -> Mapping[Path, int]:
    """The line, from 1, of every table and key of a text that `tomllib` can read; list items count from 0."""
    lines: dict[Path, int] = {}
    for path, line in _Scanner(text).scan():
        for length in range(1, len(path)):
            lines.setdefault(path[:length], line)
        lines[path] = line
    return lines


class _Scanner:
    """A place in the text. The text is known to be valid, so nothing is checked."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counts: dict[Path, int] = {}

    def scan(self) -> Iterator[tuple[Path, int]]:
        table: Path = ()
        while self.skip(_BLANK) < len(self.text):
            line = self.line()
            if self.text.startswith("[", self.at):
                table = self.header()
                yield table, line
            else:
                path = (*table, *self.key())
                self.take("=")
                yield path, line
                yield from self.value(path)

    def header(self) -> Path:
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        named = self.key()
        self.skip(_SPACE)
        self.at += 2 if many else 1
        path = self.inside(named[:-1])
        last = (*path, named[-1])
        if not many:
            return last
        number = self.counts.get(last, -1) + 1
        self.counts[last] = number
        return (*last, number)

    def inside(self, named: Path) -> Path:
        """The path of a table; within a list of tables it is the last one so far."""
        path: Path = ()
        for name in named:
            path = (*path, name)
            if path in self.counts:
                path = (*path, self.counts[path])
        return path

    def key(self) -> Path:
        path: list[str] = []
        while True:
            self.skip(_SPACE)
            found = _STRING.match(self.text, self.at) or _BARE.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            path.append(_unquoted(found[0]))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return tuple(path)
            self.at += 1

    def value(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.skip(_BLANK)
        here = self.text[self.at]
        if here == "[":
            yield from self.items(path)
        elif here == "{":
            yield from self.inline(path)
        else:
            found = _STRING.match(self.text, self.at) or _PLAIN.match(self.text, self.at)
            assert found is not None
            self.at = found.end()

    def items(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.take("[")
        number = 0
        while not self.ends("]"):
            yield (*path, number), self.line()
            yield from self.value((*path, number))
            number += 1

    def inline(self, path: Path) -> Iterator[tuple[Path, int]]:
        self.take("{")
        while not self.ends("}"):
            inner = (*path, *self.key())
            yield inner, self.line()
            self.take("=")
            yield from self.value(inner)

    def ends(self, bracket: str) -> bool:
        self.skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_BLANK)
        if self.text[self.at] == bracket:
            self.at += 1
            return True
        return False

    def take(self, mark: str) -> None:
        self.skip(_BLANK)
        self.at += len(mark)

    def skip(self, pattern: re.Pattern[str]) -> int:
        found = pattern.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return self.at

    def line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1


def _unquoted(key: str) -> str:
    if key.startswith('"'):
        return re.sub(r"\\.", lambda found: _ESCAPES.get(found[0], found[0]), key[1:-1])
    return key[1:-1] if key.startswith("'") else key
