"""Where a page of a list ended, as an opaque text: the moment and the id of its last row."""

import base64
import binascii
import json
from datetime import UTC, datetime
from uuid import UUID

from yarda.errors import InvalidRequest


def write_cursor(moment: datetime, id_: UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), str(id_)]).encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """Raises `InvalidRequest` for anything that `write_cursor` did not write."""
    try:
        moment, id_ = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(id_)
    except (ValueError, TypeError, AttributeError, OverflowError, binascii.Error) as error:
        raise InvalidRequest("cursor: use the next_cursor of an earlier answer", field="cursor") from error
