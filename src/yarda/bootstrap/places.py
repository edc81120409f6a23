"""The ways from an address to a picture that the settings name."""

from yarda.imagery.google import GoogleGeocoder, GoogleMaps, GoogleSatellite, GoogleStreetView
from yarda.imagery.nominatim import NominatimGeocoder
from yarda.imagery.panoramax import PanoramaxViews
from yarda.imagery.photo import PhotoGate
from yarda.pipeline.places import Lookup
from yarda.settings import Settings


def make_lookup(settings: Settings, *, gate: PhotoGate) -> Lookup:
    """Google where the operator accepted its terms, before what is free."""
    free = PanoramaxViews(base_url=settings.panoramax_base_url, gate=gate)
    if not settings.google_maps_on:
        nominatim = NominatimGeocoder(base_url=settings.nominatim_base_url, contact=settings.base_url)
        return Lookup(geocoders=(nominatim,), sources=(free,))
    assert settings.google_maps_api_key is not None
    maps = GoogleMaps(
        api_key=settings.google_maps_api_key.get_secret_value(), base_url=settings.google_maps_base_url
    )
    sources = (GoogleStreetView(maps), free, GoogleSatellite(maps))
    return Lookup(geocoders=(GoogleGeocoder(maps),), sources=sources)
