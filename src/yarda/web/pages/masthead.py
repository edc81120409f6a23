"""Who looks at a page, and what they can spend: above every page where there are accounts."""

from fastapi import Request

from yarda.web.deps import CurrentStudio, find_desk, find_visitor


async def note_visitor(request: Request, studio: CurrentStudio) -> None:
    """Leave it where `render` finds it; nothing in local mode, and for whoever is not signed in."""
    if find_desk(request) is None:
        return
    caller = await find_visitor(request, studio)
    if caller is not None:
        request.state.credits = (await studio.balance(caller.id)).available
