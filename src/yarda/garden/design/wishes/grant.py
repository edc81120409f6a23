"""Works wishes into a style, and says afterwards what the garden does not have."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from yarda.garden.design.styles import (
    Accent,
    Along,
    Course,
    Drift,
    Furnishing,
    Island,
    Member,
    Place,
    Row,
    Style,
    Surface,
)
from yarda.garden.design.wishes.read import Trait, Where, Wishes, shows
from yarda.garden.flora.seasonal import LeafHabit
from yarda.garden.flora.species import Species, get_form, species
from yarda.garden.model import Garden

LAWNS = ("lawn", "fine_lawn", "meadow")
DRY_GROUND = "cream_gravel"
ADDED = 3
"""How many species come in where a wish leaves the style too few."""
LOW = 1.2
"""Below this height in metres many of a plant are set, above it a few."""
LIGHTS = ("bollard", "torch")
PLACES = (Place.TERRACE, Place.POOLSIDE, Place.NOOK)


def grant(style: Style, wishes: Wishes) -> Style:
    """The style with everything in it that was wished for and nothing that was not."""
    style = _ground(style, wishes)
    style = _keep_only(style, _allowed(wishes), wishes)
    return _add(style, wishes)


def not_done(wishes: Wishes, garden: Garden, *, keeps_something: bool) -> tuple[str, ...]:
    """In words for whoever wished: what was not understood, and what found no room."""
    said = [f"“{clause}” was not understood by the built-in painter" for clause in wishes.unread]
    if not keeps_something:
        said += [
            f"“{clause}”: outline it on the photo as “keep in front” so that it stays" for clause in wishes.kept
        ]
    planted = {plant.species for plant in garden.plants}
    standing = {thing.form for thing in garden.features}
    for ids in wishes.plants:
        if not planted & set(ids):
            said.append(f"no room for {get_form(ids[0]).common.lower()}")
    for form in wishes.furnishings:
        if form not in standing:
            said.append(f"no room for {get_form(form).common.lower()}")
    if wishes.colours and not any(shows(species()[key], wishes.colours) for key in planted):
        said.append("no plant of this style flowers in the colours you named")
    return tuple(said)


def _ground(style: Style, wishes: Wishes) -> Style:
    ground, path, terrace = style.ground, style.path, style.terrace
    if wishes.traits & {Trait.NO_LAWN, Trait.LOW_WATER} and ground.material in LAWNS:
        bare = style.bold_ground is None or style.bold_ground.material in LAWNS
        ground = Surface(material=DRY_GROUND) if bare or style.bold_ground is None else style.bold_ground
    if Where.GROUND in wishes.surfaces:
        ground = replace(ground, material=wishes.surfaces[Where.GROUND])
    if Where.TERRACE in wishes.surfaces:
        terrace = replace(terrace, material=wishes.surfaces[Where.TERRACE])
    if Where.PATH in wishes.surfaces:
        laid = path.surface or Surface(material=wishes.surfaces[Where.PATH], edge="stone", edge_width=0.04)
        path = replace(
            path,
            surface=replace(laid, material=wishes.surfaces[Where.PATH]),
            slabs=None,
            width=max(path.width, 1.0),
        )
    if wishes.course is not None:
        path = replace(path, course=wishes.course)
    if Trait.NO_PATH in wishes.traits:
        path = replace(path, course=Course.NONE)
    asked = Where.GROUND in wishes.surfaces or Trait.KEEPS_LAWN in wishes.traits
    if Trait.KEEPS_LAWN in wishes.traits:
        ground = Surface(material="")
    # A dramatic design takes the ground that was asked for, too.
    return replace(
        style, ground=ground, path=path, terrace=terrace, bold_ground=None if asked else style.bold_ground
    )


def _allowed(wishes: Wishes) -> Callable[[str], bool]:
    asked = {key for ids in wishes.plants for key in ids} - wishes.without

    def is_allowed(key: str) -> bool:
        plant = species().get(key)
        if key in wishes.without:
            return False
        if plant is None or key in asked:
            return True
        return _fits(plant, wishes)

    return is_allowed


def _fits(plant: Species, wishes: Wishes) -> bool:
    traits = wishes.traits
    if Trait.LOW_WATER in traits and plant.water not in ("very low", "low"):
        return False
    if Trait.PET_SAFE in traits and plant.toxic_to_pets:
        return False
    if Trait.EVERGREEN in traits and plant.leaf_habit is not LeafHabit.EVERGREEN:
        return False
    if Trait.NO_TREES in traits and plant.tree:
        return False
    if Trait.NO_FLOWERS in traits and plant.flower_colour:
        return False
    return not (wishes.colours and plant.flower_colour and not shows(plant, wishes.colours))


def _keep_only(style: Style, is_allowed: Callable[[str], bool], wishes: Wishes) -> Style:
    def members(group: Iterable[Member]) -> tuple[Member, ...]:
        return tuple(member for member in group if is_allowed(member.form))

    accents = tuple(replace(one, members=kept) for one in style.accents if (kept := members(one.members)))
    islands: tuple[Island, ...] = tuple(replace(one, members=members(one.members)) for one in style.islands)
    rows = tuple(_row(row, style, is_allowed) for row in style.rows)
    furnishings = tuple(replace(one, members=kept) for one in style.furnishings if (kept := members(one.members)))
    if Trait.NO_FURNITURE in wishes.traits:
        furnishings = ()
    return replace(
        style,
        accents=accents,
        islands=islands,
        rows=tuple(row for row in rows if row is not None),
        drifts=tuple(_drift(drift, style, is_allowed) for drift in style.drifts),
        furnishings=furnishings,
    )


def _row(row: Row, style: Style, is_allowed: Callable[[str], bool]) -> Row | None:
    """The row with another plant of about its size where its own is not wanted."""
    if is_allowed(row.species):
        return row
    plant = get_form(row.species)
    others = [
        key
        for key, other in species().items()
        if is_allowed(key)
        and style.id in other.suits
        and not other.tree
        and 0.6 < other.spread / plant.spread < 1.6
    ]
    nearest = min(others, key=lambda key: abs(species()[key].height - plant.height), default=None)
    return None if nearest is None else replace(row, species=nearest)


def _stands_in_for(plant: Species, style: Style) -> bool:
    return style.id in plant.suits and not plant.tree


def _drift(drift: Drift, style: Style, is_allowed: Callable[[str], bool]) -> Drift:
    """The drift without what is not wanted; emptied ones take others of the style that are about as tall."""
    kept = {key: share for key, share in drift.mix.items() if is_allowed(key)}
    if kept and any(key in species() for key in kept) == any(key in species() for key in drift.mix):
        return replace(drift, mix=kept)
    tall = max(get_form(key).height for key in drift.mix)
    others = [
        key
        for key, plant in species().items()
        if is_allowed(key) and _stands_in_for(plant, style) and plant.height <= tall * 1.2
    ]
    others.sort(key=lambda key: (abs(species()[key].height - tall * 0.7), key))
    return replace(drift, mix=dict.fromkeys(others[:ADDED], 1.0) | kept)


def _add(style: Style, wishes: Wishes) -> Style:
    accents, drifts, furnishings = list(style.accents), list(style.drifts), list(style.furnishings)
    beds = tuple(dict.fromkeys(bed.name for bed in style.beds))
    for ids in wishes.plants:
        choice = [key for key in ids if key not in wishes.without]
        if not choice:
            continue
        key = next((key for key in choice if style.id in species()[key].suits), choice[0])
        if species()[key].tree:
            accents.insert(0, Accent(members=(Member(form=key),)))
        else:
            drifts.insert(0, _planting(key, beds))
    if wishes.colours:
        drifts.insert(0, _coloured(style, beds, wishes))
    rows = list(style.rows)
    for form in wishes.furnishings:
        if get_form(form).generator in LIGHTS:
            rows.append(Row(species=form, along=Along.PATH, offset=0.9, spacing=2.2, inside_beds=False))
            continue
        furnishings[:0] = [
            Furnishing(on=place, members=(Member(form=form, turn=0.0),), instead=form) for place in PLACES
        ]
        accents.insert(
            0, Accent(members=(Member(form=form, turn=0.0),), areas=("front_yard", "backyard", "walkway"))
        )
    return replace(
        style,
        accents=tuple(accents),
        rows=tuple(rows),
        drifts=tuple(_as_full(drift, wishes) for drift in drifts if drift.mix),
        furnishings=tuple(furnishings),
    )


def _planting(key: str, beds: tuple[str, ...]) -> Drift:
    plant = species()[key]
    low = plant.height < LOW
    return Drift(
        mix={key: 1.0}, beds=beds, density=1.1 if low else 0.35, most=14 if low else 5, margin=0.5, spacing=0.75
    )


def _coloured(style: Style, beds: tuple[str, ...], wishes: Wishes) -> Drift:
    """More of what flowers in the colours that were asked for, those of the style first."""
    fitting = [
        key
        for key, plant in species().items()
        if shows(plant, wishes.colours) and not plant.tree and plant.height < 1.5 and _fits(plant, wishes)
    ]
    fitting.sort(key=lambda key: (style.id not in species()[key].suits, key))
    return Drift(
        mix=dict.fromkeys(fitting[:ADDED], 1.0), beds=beds, density=0.9, most=24, margin=0.5, spacing=0.75
    )


def _as_full(drift: Drift, wishes: Wishes) -> Drift:
    if Trait.FULL in wishes.traits:
        return replace(drift, density=drift.density * 1.5, most=round(drift.most * 1.5))
    if Trait.SPARE in wishes.traits:
        return replace(drift, density=drift.density * 0.55, most=max(1, round(drift.most * 0.55)))
    return drift
