"""Every way an image provider can fail, what Yarda does about it, and what it comes to: one table.

`tests/flow/test_provider_failures.py` plays each row against a real server on loopback, and `make docs` writes
`docs/reference/provider-failures.md` from it, so that the page says what was seen.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What happens at the provider, call by call, and what comes of an area that only it may draw.

    `script` is played once; calls after it are answered with a picture. `calls` is how many reach the provider,
    `billed` how many are booked as paid; `code` is None where the area is completed all the same.
    """

    what: str
    script: tuple[str, ...]
    does: str
    calls: int
    billed: int
    code: str | None = None


WAITS = "waits as long as it says, or longer each time; everybody slows down"
ONCE_MORE = "calls once more; then the next provider"
NEXT = "asks the next provider at once"
FIRMLY = "calls once more with a prompt that insists; then the next provider"

FAILURES = (
    Failure(what="429 with a RetryInfo", script=("retry_info:0.2s",), does=WAITS, calls=2, billed=1),
    Failure(what="429 with a Retry-After", script=("retry_after:0",), does=WAITS, calls=2, billed=1),
    Failure(what="429 without a hint", script=("bare:429",), does=WAITS, calls=2, billed=1),
    Failure(what="503, overloaded", script=("status:503",), does=WAITS, calls=2, billed=1),
    Failure(
        what="500, 502 with an HTML page, 504",
        script=("status:500", "html:502"),
        does="calls again, three times at most; nothing is booked",
        calls=3,
        billed=1,
    ),
    Failure(
        what="the same, every time",
        script=("html:502",) * 3,
        does="calls again, three times at most; then the next provider",
        calls=3,
        billed=0,
        code="provider_timeout",
    ),
    Failure(
        what="key not accepted (400, 401, 403), no money (402)",
        script=("status:403",),
        does=NEXT + ", and leaves this one alone for a while",
        calls=1,
        billed=0,
        code="provider_misconfigured",
    ),
    Failure(
        what="model unknown or gone (404)",
        script=("status:404",),
        does=NEXT + ", and leaves this one alone for a while",
        calls=1,
        billed=0,
        code="provider_misconfigured",
    ),
    Failure(what="no answer at all", script=("hang",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="a head that stops", script=("hang_in_headers",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="a head and no body", script=("hang_after_headers",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="a body that stops", script=("hang_mid_body",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="a body that trickles", script=("trickle:0.1",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="the connection is reset", script=("reset",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="the body is cut off", script=("cut",), does=ONCE_MORE, calls=2, billed=2),
    Failure(
        what="no whole answer, twice",
        script=("hang", "reset_mid_body"),
        does=ONCE_MORE,
        calls=2,
        billed=2,
        code="provider_timeout",
    ),
    Failure(what="200 with broken JSON", script=("raw:{",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="200 with an empty body", script=("empty",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="a picture with broken encoding", script=("bad_base64",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="a picture cut short", script=("corrupt",), does=ONCE_MORE, calls=2, billed=2),
    Failure(what="something else than a picture", script=("wrong_mime",), does=ONCE_MORE, calls=2, billed=2),
    Failure(
        what="a picture that is called something else",
        script=("labelled:text/html",),
        does="looks at the bytes, not at their name",
        calls=1,
        billed=1,
    ),
    Failure(what="a picture that is a bomb", script=("bomb",), does=ONCE_MORE, calls=2, billed=2),
    Failure(
        what="broken twice",
        script=("corrupt", "bad_base64"),
        does=ONCE_MORE,
        calls=2,
        billed=2,
        code="provider_invalid",
    ),
    Failure(
        what="a body over 25 MB",
        script=(f"huge:{200 * 2**20}",),
        does="cuts it off, and " + NEXT,
        calls=1,
        billed=1,
        code="provider_invalid",
    ),
    *(
        Failure(what=what, script=(behaviour,), does=NEXT, calls=1, billed=1, code="provider_invalid")
        for what, behaviour in (
            ("200 with text only", "text_only"),
            ("200 without a picture", "no_picture"),
            ("finished with NO_IMAGE", "finish:NO_IMAGE"),
            ("finished with IMAGE_RECITATION", "finish:IMAGE_RECITATION"),
            ("finished with IMAGE_OTHER", "finish:IMAGE_OTHER"),
            ("finished with MAX_TOKENS, OTHER, LANGUAGE …", "finish:MAX_TOKENS"),
        )
    ),
    *(
        Failure(
            what=what,
            script=(behaviour,),
            does="fails the area: the same would be refused anywhere",
            calls=1,
            billed=1,
            code="prompt_refused",
        )
        for what, behaviour in (
            ("finished with SAFETY or IMAGE_SAFETY", "finish:IMAGE_SAFETY"),
            ("finished with (IMAGE_)PROHIBITED_CONTENT", "finish:IMAGE_PROHIBITED_CONTENT"),
            ("finished with BLOCKLIST or SPII", "finish:SPII"),
            ("the prompt is blocked", "blocked:PROHIBITED_CONTENT"),
        )
    ),
    Failure(what="the photo comes back", script=("echo",), does=FIRMLY, calls=2, billed=2),
    Failure(what="a blank picture", script=("blank",), does=FIRMLY, calls=2, billed=2),
    Failure(
        what="the photo comes back twice",
        script=("echo", "echo"),
        does=FIRMLY,
        calls=2,
        billed=2,
        code="picture_unchanged",
    ),
    Failure(what="the house moved too far", script=("moved",), does=FIRMLY, calls=2, billed=2),
    Failure(
        what="the house moved too far, twice",
        script=("moved", "moved"),
        does=FIRMLY,
        calls=2,
        billed=2,
        code="house_moved",
    ),
    Failure(
        what="the house moved a little",
        script=("shifted",),
        does="lays the picture back onto the photo",
        calls=1,
        billed=1,
    ),
    Failure(
        what="the house was altered",
        script=("altered",),
        does="puts the photo's own pixels back, and says how much was preserved",
        calls=1,
        billed=1,
    ),
)
