"""Where the sun stands in the sky, from a time and a place.

The formulas are those of NOAA's solar calculator (gml.noaa.gov/grad/solcalc), after Jean Meeus, Astronomical
Algorithms, 2nd edition, chapters 25 and 28, with NOAA's approximation of refraction.
"""

import math
from datetime import UTC, datetime, timedelta, timezone


def solar_position(at: datetime, *, latitude: float, longitude: float) -> tuple[float, float]:
    """Elevation above the horizon as it is seen, and azimuth clockwise from north, in degrees.

    `at` must be aware. Right to 0.1 degrees between 1900 and 2100.
    """
    moment = at.astimezone(UTC)
    days = (moment - datetime(2000, 1, 1, 12, tzinfo=UTC)) / timedelta(days=1)
    century = days / 36525
    declination, equation = _sun_of(century)
    minutes = moment.hour * 60 + moment.minute + moment.second / 60
    hour_angle = math.radians((minutes + equation + 4 * longitude) % 1440 / 4 - 180)
    place = math.radians(latitude)
    sine = math.sin(place) * math.sin(declination) + math.cos(place) * math.cos(declination) * math.cos(hour_angle)
    elevation = math.degrees(math.asin(max(-1.0, min(1.0, sine))))
    azimuth = math.degrees(
        math.atan2(
            math.sin(hour_angle),
            math.cos(hour_angle) * math.sin(place) - math.tan(declination) * math.cos(place),
        )
    )
    return elevation + _refraction(elevation), (azimuth + 180) % 360


def local_time(text: str, *, longitude: float) -> datetime:
    """An ISO time as an aware one; where no offset is given, the zone of the meridian nearest to the place."""
    said = datetime.fromisoformat(text)
    if said.tzinfo is not None:
        return said
    return said.replace(tzinfo=timezone(timedelta(hours=round(longitude / 15))))


def seen_from(azimuth: float, *, bearing: float) -> float:
    """An azimuth as degrees right of behind a camera that looks towards `bearing`, -180 to 180."""
    return (bearing + 180 - azimuth + 180) % 360 - 180


def _sun_of(century: float) -> tuple[float, float]:
    """Apparent declination in radians, and the equation of time in minutes."""
    mean = math.radians((280.46646 + century * (36000.76983 + century * 0.0003032)) % 360)
    anomaly = math.radians(357.52911 + century * (35999.05029 - 0.0001537 * century))
    eccentricity = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    longitude = mean + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    tilt = 23 + (26 + (21.448 - century * (46.815 + century * (0.00059 - century * 0.001813))) / 60) / 60
    tilt = math.radians(tilt + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(tilt) * math.sin(longitude))
    y = math.tan(tilt / 2) ** 2
    equation = (
        y * math.sin(2 * mean)
        - 2 * eccentricity * math.sin(anomaly)
        + 4 * eccentricity * y * math.sin(anomaly) * math.cos(2 * mean)
        - 0.5 * y * y * math.sin(4 * mean)
        - 1.25 * eccentricity**2 * math.sin(2 * anomaly)
    )
    return declination, 4 * math.degrees(equation)


def _refraction(elevation: float) -> float:
    """How much higher the sun is seen than it stands."""
    if elevation > 85:
        return 0.0
    slope = math.tan(math.radians(elevation))
    if elevation > 5:
        seconds = 58.1 / slope - 0.07 / slope**3 + 0.000086 / slope**5
    elif elevation > -0.575:
        seconds = 1735 + elevation * (-518.2 + elevation * (103.4 + elevation * (-12.79 + elevation * 0.711)))
    else:
        seconds = -20.774 / slope
    return seconds / 3600
