"""What people call their keys and passkeys."""

from yarda.errors import InvalidRequest

LONGEST_NAME = 80


def read_name(text: str, *, such_as: str) -> str:
    """In one line, without control characters. Raises `InvalidRequest`."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME or min(name) < " ":
        raise InvalidRequest(f"name: write 1 to {LONGEST_NAME} characters, for instance {such_as}", field="name")
    return name
