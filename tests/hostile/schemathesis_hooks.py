"""What Schemathesis cannot know from the document: what a photo is."""

import schemathesis
from hypothesis import strategies

from tests.hostile.files import plain

schemathesis.openapi.format("binary", strategies.sampled_from([plain(kind) for kind in ("JPEG", "PNG", "WEBP")]))
