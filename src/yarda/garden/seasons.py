"""When a garden is shown: the time of the year, and how long ago it was planted."""

from enum import StrEnum


class Season(StrEnum):
    """Of the northern temperate year."""

    SPRING = "spring"
    SUMMER = "summer"
    AUTUMN = "autumn"
    WINTER = "winter"


class Growth(StrEnum):
    """How far the plants have grown. Plans and lists are drawn for mature plants whatever is shown."""

    PLANTED = "planted"
    THREE_YEARS = "three_years"
    MATURE = "mature"
