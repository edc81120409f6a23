"""What a browser calls itself, in words a person recognises."""

BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}


def name_browser(user_agent: str) -> str:
    """`Firefox, Windows`; what is not known is left as it calls itself. Edge and Chrome also say Safari."""
    found = [
        next((name for sign, name in names.items() if sign in user_agent), "") for names in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or user_agent[:40] or "?"
