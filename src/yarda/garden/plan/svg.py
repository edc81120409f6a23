"""A sheet as SVG, true to its size in millimetres."""

from xml.sax.saxutils import escape, quoteattr

from yarda.garden.plan.sheet import Disc, Face, Line, Mark, Outline, Sheet, Text
from yarda.garden.shapes import Polygon

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"
FACES = {
    Face.REGULAR: "",
    Face.BOLD: ' font-weight="700"',
    Face.ITALIC: ' font-style="italic"',
}


def write_svg(sheet: Sheet) -> bytes:
    """The same sheet gives the same bytes."""
    marks = "\n".join(_mark(mark) for mark in sheet.marks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width:g}mm" height="{sheet.height:g}mm" '
        f'viewBox="0 0 {sheet.width:g} {sheet.height:g}" role="img" aria-label={quoteattr(sheet.title)} '
        f'font-family="{FONT}">\n<title>{escape(sheet.title)}</title>\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n{marks}\n</svg>\n'
    ).encode()


def _mark(mark: Mark) -> str:
    match mark:
        case Outline():
            path = "".join(f"M{_points(ring)}Z" for ring in mark.rings)
            return f'<path d="{path}" fill-rule="evenodd"{_paint(mark.fill, mark.stroke, mark.width)}/>'
        case Disc():
            dash = ' stroke-dasharray="1 0.6"' if mark.dashed else ""
            see = f' fill-opacity="{mark.opacity:g}"' if mark.opacity < 1 else ""
            return (
                f'<circle cx="{mark.x:.2f}" cy="{mark.y:.2f}" r="{mark.radius:.2f}"'
                f"{_paint(mark.fill, mark.stroke, mark.width)}{see}{dash}/>"
            )
        case Line():
            return f'<path d="M{_points(mark.points)}"{_paint("", mark.stroke, mark.width)}/>'
        case Text():
            turn = f' transform="rotate(-90 {mark.x:.2f} {mark.y:.2f})"' if mark.turned else ""
            return (
                f'<text x="{mark.x:.2f}" y="{mark.y:.2f}" font-size="{mark.size:g}" fill="{mark.colour}" '
                f'text-anchor="{mark.anchor.value}"{FACES[mark.face]}{turn}>{escape(mark.words)}</text>'
            )


def _points(points: Polygon) -> str:
    return "L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _paint(fill: str, stroke: str, width: float) -> str:
    line = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke else ""
    return f' fill="{fill or "none"}"{line}'
