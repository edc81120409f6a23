"""`python -m yarda.garden.flora [ID …]` checks the species files and says how plants come out."""

import sys

from yarda.garden.errors import InvalidCatalog
from yarda.garden.flora.mesh import Parts
from yarda.garden.flora.species import Species, measure, species
from yarda.garden.seasons import Season


def main(ids: list[str]) -> int:
    """Say what is wrong, or for each named plant its facts and its mesh in every season; 1 when something is."""
    try:
        known = species()
        for key in ids:
            if key not in known:
                raise InvalidCatalog(f"{key!r} is not a species")
            sys.stdout.write(_described(key, known[key]))
    except InvalidCatalog as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{len(known)} species, all valid\n")
    return 0


def _described(key: str, plant: Species) -> str:
    tall, wide = measure(key, 0)
    facts = f"{key}: {plant.common} ({plant.botanical})\n"
    measures = (
        f"  listed {plant.height:g} m tall and {plant.spread:g} m wide; "
        f"its mesh is {tall:.2f} m tall and {2 * wide:.2f} m wide\n"
    )
    seasons = "".join(f"  {season}: {_size(plant, key, season)}\n" for season in Season)
    return facts + measures + seasons


def _size(plant: Species, key: str, season: Season) -> str:
    parts: Parts = plant.grow(key=key, variant=0, season=season)
    triangles = sum(len(mesh.faces) for mesh in parts.values())
    return f"{triangles} triangles"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
