"""What can go wrong while a garden is designed and painted.

GardenError
├── NoGround              the ground is missing, above the horizon or too small
├── ImplausibleLength     a measured length does not fit the photo and its eye level
├── UnknownStyle          not one of `styles()`
├── UnknownArea           not one of `AREAS`
├── InvalidBrief          a brief's JSON or numbers are wrong
├── UnreadablePhoto       the photo is not an upright RGB picture that can be read
├── InvalidCatalog        a species or style file says something impossible
└── PainterError          the painter's process let us down
    ├── PainterCrashed        it ended by a signal or with an exit code
    ├── PainterTimedOut
    ├── PainterOutOfMemory
    └── PainterUnavailable    Mitsuba cannot be imported on this platform
"""


class GardenError(Exception):
    """Base of all errors below."""


class NoGround(GardenError):
    """There is no ground to design; the message says what to do."""


class ImplausibleLength(GardenError):
    """A measured length contradicts the photo's eye level; the message says what to do."""


class UnknownStyle(GardenError):
    """The style is not in the catalog."""


class UnknownArea(GardenError):
    """The area is not one that can be laid out."""


class InvalidBrief(GardenError):
    """The brief cannot be read or one of its numbers is out of range."""


class UnreadablePhoto(GardenError):
    """The photo cannot be opened as a picture."""


class InvalidCatalog(GardenError):
    """A species or style file is wrong; the message names the file and the entry."""


class PainterError(GardenError):
    """The painter's process did not return a painting."""


class PainterCrashed(PainterError):
    """The painter ended by a signal (a negative `code`) or with an exit code."""

    def __init__(self, code: int, detail: str = "") -> None:
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        super().__init__(f"the painter ended with {how}" + (f": {detail}" if detail else ""))
        self.code = code
        self.detail = detail


class PainterTimedOut(PainterError):
    """The painter took longer than its limit."""


class PainterOutOfMemory(PainterError):
    """The painter needed more memory than its limit."""


class PainterUnavailable(PainterError):
    """Mitsuba has no build for this platform, so nothing can be painted here."""
