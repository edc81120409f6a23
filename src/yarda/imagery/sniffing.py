"""Which kind of picture bytes claim to be; nothing of them is decoded for that."""

_BRANDS = {b"avif": "AVIF", b"avis": "AVIF"} | dict.fromkeys(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIF"
)


def sniff(raw: bytes) -> str | None:
    """Which of the allowed formats the first bytes claim; the decoder has the last word."""
    if raw.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if raw.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if raw.startswith(b"RIFF") and raw[8:12] == b"WEBP":
        return "WEBP"
    if raw[4:8] == b"ftyp":
        end = min(int.from_bytes(raw[:4]), 256)
        return next(
            (_BRANDS[raw[at : at + 4]] for at in (8, *range(16, end, 4)) if raw[at : at + 4] in _BRANDS), None
        )
    return None
