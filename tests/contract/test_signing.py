"""Whose a picture is stands on it and in it, in both formats, and nothing else of it changes."""

import numpy as np
import pytest
from PIL import PngImagePlugin

from tests.contract.pictures import decode, encode, quarters
from yarda.imagery.photo import PhotoGate

WORDS = "© Google, 2022-08"


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
async def test_the_words_stand_in_the_corner_and_in_the_file(kind: str) -> None:
    picture = encode(quarters(640, 480), kind)
    signed = decode(await PhotoGate().sign(picture, WORDS))

    assert signed.format == kind
    assert signed.size == (640, 480)
    xmp = signed.info["xmp"].decode()
    assert f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{WORDS}<' in xmp
    before, after = np.asarray(decode(picture), int), np.asarray(signed, int)
    changed = np.argwhere(np.abs(before - after).max(axis=-1) > 40)
    assert len(changed) > 500
    assert changed[:, 0].min() > 440
    assert changed[:, 1].min() > 480


async def test_a_png_keeps_every_other_pixel_and_what_it_said_before() -> None:
    said = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"><xmp:CreatorTool>Yarda</xmp:CreatorTool>
</rdf:Description></rdf:RDF></x:xmpmeta>"""
    about = PngImagePlugin.PngInfo()
    about.add_itxt("XML:com.adobe.xmp", said)
    picture = encode(quarters(640, 480), "PNG", pnginfo=about)

    signed = decode(await PhotoGate().sign(picture, "<b> & more"))

    xmp = signed.info["xmp"].decode()
    assert "<xmp:CreatorTool>Yarda</xmp:CreatorTool>" in xmp
    assert "&lt;b&gt; &amp; more" in xmp
    before, after = np.asarray(quarters(640, 480)), np.asarray(signed)
    assert np.array_equal(before[:440], after[:440])


async def test_a_small_picture_has_letters_that_can_be_read() -> None:
    signed = np.asarray(decode(await PhotoGate().sign(encode(quarters(256, 256), "PNG"), WORDS)), int)

    white = np.argwhere(signed[128:, :].min(axis=-1) > 235)
    letters = white[white[:, 0] > 100]
    assert letters[:, 0].max() - letters[:, 0].min() >= 7
