"""What a painted picture says of itself, as an XMP packet that other programs read."""

from xml.sax.saxutils import escape

from yarda.garden.brief import CONCEPT_VERSION, Brief

# The IPTC's terms: "algorithmicMedia" has no camera in it, "algorithmicallyEnhanced" changes only what a camera
# saw. A concept is a photo with part of its ground replaced by a rendered scene: a composite with synthetic parts.
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">
<Iptc4xmpExt:DigitalSourceType>{source_type}</Iptc4xmpExt:DigitalSourceType>
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{said}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def describe_in_xmp(brief: Brief) -> str:
    """The same brief gives the same words: no time, no name of a machine."""
    look = brief.style.replace("_", " ")
    area = brief.area.replace("_", " ")
    said = f"Concept rendering of a garden in a photo: {area}, {look}, seed {brief.seed}"
    return _PACKET.format(
        source_type=SOURCE_TYPE, tool=escape(f"Yarda concept {CONCEPT_VERSION}"), said=escape(said)
    )
