"""A sheet as PDF, true to its size, through ReportLab."""

import io

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from yarda.garden.plan.sheet import Anchor, Disc, Face, Line, Mark, Outline, Sheet, Text
from yarda.garden.shapes import Polygon

EVEN_ODD = 0
FONTS = {Face.REGULAR: "Helvetica", Face.BOLD: "Helvetica-Bold", Face.ITALIC: "Helvetica-Oblique"}


def write_pdf(sheet: Sheet) -> bytes:
    """The same sheet gives the same bytes: no date is written."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(sheet.width * mm, sheet.height * mm), invariant=1)
    canvas.setTitle(sheet.title)
    canvas.setAuthor("Yarda")
    canvas.translate(0, sheet.height * mm)
    canvas.scale(mm, -mm)
    for mark in sheet.marks:
        canvas.saveState()
        _draw(canvas, mark)
        canvas.restoreState()
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Canvas, mark: Mark) -> None:
    match mark:
        case Outline():
            path = canvas.beginPath()
            for ring in mark.rings:
                _trace(path, ring)
                path.close()
            _paint(canvas, mark.fill, mark.stroke, mark.width)
            canvas.drawPath(path, stroke=int(bool(mark.stroke)), fill=int(bool(mark.fill)), fillMode=EVEN_ODD)
        case Disc():
            _paint(canvas, mark.fill, mark.stroke, mark.width)
            canvas.setFillAlpha(mark.opacity)
            if mark.dashed:
                canvas.setDash(1, 0.6)
            canvas.circle(mark.x, mark.y, mark.radius, stroke=int(bool(mark.stroke)), fill=int(bool(mark.fill)))
        case Line():
            path = canvas.beginPath()
            _trace(path, mark.points)
            _paint(canvas, "", mark.stroke, mark.width)
            canvas.drawPath(path, stroke=1, fill=0)
        case Text():
            _write(canvas, mark)


def _write(canvas: Canvas, text: Text) -> None:
    canvas.translate(text.x, text.y)
    if text.turned:
        canvas.rotate(-90)
    canvas.scale(1, -1)
    canvas.setFont(FONTS[text.face], text.size)
    canvas.setFillColor(HexColor(text.colour))
    write = {
        Anchor.START: canvas.drawString,
        Anchor.MIDDLE: canvas.drawCentredString,
        Anchor.END: canvas.drawRightString,
    }[text.anchor]
    write(0, 0, text.words)


def _trace(path: object, points: Polygon) -> None:
    first, *rest = points
    path.moveTo(*first)  # type: ignore[attr-defined]
    for point in rest:
        path.lineTo(*point)  # type: ignore[attr-defined]


def _paint(canvas: Canvas, fill: str, stroke: str, width: float) -> None:
    if fill:
        canvas.setFillColor(HexColor(fill))
    if stroke:
        canvas.setStrokeColor(HexColor(stroke))
        canvas.setLineWidth(width)
