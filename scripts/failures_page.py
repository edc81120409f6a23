"""The page about providers' failures, from the table that the tests play."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.provider_failures import FAILURES, Failure

from yarda.pipeline.run import MESSAGES

ABOUT = """# When a provider fails

Every way that an image provider can fail, what Yarda does about it, and what the user reads in the end. Each row is
played by a test against a real server on loopback, with the provider alone (`provider` names it). With `auto` the next
provider is asked wherever the row says so, the built-in painter last, and the user reads nothing.

*Calls* is how many reach the provider, *booked* how many count as paid: a call that may have been billed is booked at what
its picture cost, or where none came at the most it can cost. It counts towards the two paid calls that an area may make
and towards the day's budget. The user's credit is captured once, when the picture is delivered, and goes back otherwise.

| What happens | What Yarda does | Calls | Booked | What the user reads |
| --- | --- | --- | --- | --- |
"""

MORE = """
Besides:

- A worker that dies during a call leaves it *unknown*, booked as paid; the area runs elsewhere, and one more call is made.
  A reply that had been received whole is used instead.
- After five failures in a row, or at once when the key or the model is not accepted, a provider is left alone for 30
  seconds, then longer, up to five minutes; one call tries whether it is back. `/metrics` shows it as
  `yarda_provider_breaker`.
- A provider that refuses for being busy (429, 503) is called at a pace that is learned from its refusals and shared by all
  workers. Areas wait for it as long as it serves anybody, and for ten minutes when it does not.
- When the day's budget is used up, paid providers are passed over.

## When an address cannot be seen

| What happens | What Yarda does | What the user reads |
| --- | --- | --- |
| the address is unknown | fails the area, nothing is charged | write street, number and town, or add a photo |
| it is found only roughly | fails an area that costs credits, until a person confirms | what was found, and how well |
| there is no picture, or only a private or a far one | fails the area before anything is paid | add a photo of the yard |
| a notice (no imagery, quota) is sent as a picture | fails the area before anything is drawn from it | add a photo of the yard |
| the service is away, or its picture arrives damaged | asks again every few seconds, for ten minutes | {imagery_unavailable} |
| the key is refused | fails the area at once | {imagery_misconfigured} |
| an area that only a satellite sees, and no provider that draws new views | refuses the request | add a photo, or choose \
a photoreal design |
"""


def failures_page() -> str:
    """Markdown; every message is the one in the code."""
    rows = "".join(_row(failure) for failure in FAILURES)
    return ABOUT + rows + MORE.format(**MESSAGES)


def _row(failure: Failure) -> str:
    said = MESSAGES[failure.code] if failure.code else "nothing: the picture comes"
    cells = (failure.what, failure.does, failure.calls, failure.billed, said)
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"
