"""Every plant grows in every season, as large as the catalog says, and the seasons show."""

from collections.abc import Iterator
from importlib import resources

import numpy as np
import pytest

from yarda.garden.design.styles import styles
from yarda.garden.flora.growing import grown_size
from yarda.garden.flora.mesh import Part, Parts
from yarda.garden.flora.pieces import piece_of
from yarda.garden.flora.seasonal import MONTHS, LeafHabit
from yarda.garden.flora.species import VARIANTS, Species, Sun, Water, get_form, measure, species
from yarda.garden.seasons import Growth, Season

TOXIC = (
    *("oleander", "foxglove", "agapanthus", "hydrangea", "satsuki_azalea", "yew_hedge", "nandina", "peony"),
    *("hosta", "allium", "bearded_iris", "monstera", "tree_philodendron", "croton", "lemon", "fig"),
    *("blue_elf_aloe", "elephant_ear", "delphinium", "ti_plant", "mediterranean_spurge", "foxtail_fern"),
    *("weeping_cherry", "bay_laurel"),
)
HARMLESS = ("pink_rose", "rosemary", "camellia", "areca_palm", "autumn_fern", "coneflower", "red_canna")
EVERY_ONE = sorted(species())


def shown(key: str, season: Season, variant: int = 0) -> Parts:
    """The parts that show in a season, flowers and fruit apart."""
    plant = species()[key]
    rng = np.random.default_rng([*key.encode(), variant])
    return plant.dress(plant.draw(key=key, variant=variant), season=season, rng=rng)


def meshes_of(key: str, *, variants: range) -> Iterator[tuple[Season, Parts]]:
    for variant in variants:
        for season in Season:
            yield season, get_form(key).grow(key=key, variant=variant, season=season)


def count(parts: Parts) -> int:
    return sum(len(mesh.faces) for mesh in parts.values())


def tallest(parts: Parts) -> float:
    return max(float(mesh.vertices[:, 2].max()) for mesh in parts.values())


def with_habit(habit: LeafHabit) -> list[str]:
    return [key for key, plant in species().items() if plant.leaf_habit is habit]


def test_there_are_plants_enough_for_every_style() -> None:
    assert len(species()) >= 85
    for style in styles():
        suited = [plant for plant in species().values() if style in plant.suits]
        assert len(suited) >= 14, style
        assert any(plant.tree for plant in suited), style
        assert any(plant.height < 0.6 for plant in suited), style


@pytest.mark.parametrize("key", EVERY_ONE)
def test_a_plant_grows_in_every_season(key: str) -> None:
    plant = species()[key]

    for season, parts in meshes_of(key, variants=range(1)):
        assert set(parts) <= {Part.LEAF, Part.FLESH, Part.SOLID}, season
        for mesh in parts.values():
            assert np.isfinite(mesh.vertices).all(), season
            assert ((mesh.colours >= 0) & (mesh.colours <= 1)).all(), season
            assert mesh.faces.min() >= 0, season
            assert mesh.faces.max() < len(mesh.vertices), season
            assert mesh.vertices[:, 2].min() > -0.4, season
        assert 20 <= count(parts) <= 110_000, season
        assert tallest(parts) < 1.45 * plant.height, season


@pytest.mark.parametrize("key", EVERY_ONE)
def test_a_whole_plant_has_triangles_enough_and_not_too_many(key: str) -> None:
    parts = species()[key].draw(key=key, variant=VARIANTS - 1)

    assert 1_000 <= count(parts) <= 110_000
    assert np.isfinite(np.concatenate([mesh.vertices for mesh in parts.values()])).all()


@pytest.mark.parametrize("key", ["silver_birch", "hosta", "fountain_bamboo", "ocotillo", "pink_muhly"])
@pytest.mark.parametrize("season", Season)
def test_a_season_always_looks_the_same(key: str, season: Season) -> None:
    one, other = (get_form(key).grow(key=key, variant=1, season=season) for _ in range(2))

    for part, mesh in one.items():
        assert np.array_equal(mesh.vertices, other[part].vertices)
        assert np.array_equal(mesh.colours, other[part].colours)


@pytest.mark.parametrize("key", [key for key in EVERY_ONE if species()[key].flowers])
def test_flowers_show_in_their_months_only(key: str) -> None:
    plant = species()[key]
    blooming = {season for season in Season if set(MONTHS[season]) & set(plant.flowers)}
    whole = plant.draw(key=key, variant=0)

    seen = {season for season in Season if Part.FLOWER in shown(key, season)}

    assert seen == (blooming if Part.FLOWER in whole else set())


def test_a_mesh_has_no_flowers_or_fruit_that_the_facts_do_not_date() -> None:
    for key, plant in species().items():
        parts = plant.draw(key=key, variant=0)
        assert plant.flowers or Part.FLOWER not in parts, key
        assert bool(plant.fruits) == (Part.FRUIT in parts), key


@pytest.mark.parametrize("key", with_habit(LeafHabit.DECIDUOUS))
def test_what_is_deciduous_is_bare_in_winter(key: str) -> None:
    winter = shown(key, Season.WINTER)

    assert Part.LEAF not in winter
    assert len(winter[Part.SOLID].faces) > len(shown(key, Season.SUMMER)[Part.SOLID].faces)


@pytest.mark.parametrize("key", ["japanese_maple", "silver_birch", "serviceberry", "valley_oak"])
def test_leaves_turn_in_autumn(key: str) -> None:
    def redness(season: Season) -> float:
        red, green, _ = shown(key, season)[Part.LEAF].colours.mean(0)
        return float(red / green)

    assert redness(Season.AUTUMN) > 1.3 * redness(Season.SPRING)


@pytest.mark.parametrize("key", with_habit(LeafHabit.EVERGREEN))
def test_what_is_evergreen_keeps_its_leaves(key: str) -> None:
    summer, winter = (shown(key, season) for season in (Season.SUMMER, Season.WINTER))

    for part in (Part.LEAF, Part.FLESH, Part.SOLID):
        assert (part in summer) == (part in winter)
        if part in summer:
            assert np.array_equal(summer[part].colours, winter[part].colours)


@pytest.mark.parametrize("key", with_habit(LeafHabit.HERBACEOUS))
def test_what_is_herbaceous_dies_back_or_stands_dry(key: str) -> None:
    plant = species()[key]

    winter = shown(key, Season.WINTER)

    if plant.stands_in_winter:
        red, green, _ = winter[Part.LEAF].colours.mean(0)
        assert red > green
    else:
        assert tallest(winter) < 0.2


def test_half_evergreen_plants_lose_some_of_their_leaves() -> None:
    for key in with_habit(LeafHabit.SEMI_EVERGREEN):
        summer, winter = (shown(key, season)[Part.LEAF] for season in (Season.SUMMER, Season.WINTER))
        assert 0.4 < len(winter.faces) / len(summer.faces) < 0.8


def test_blossom_comes_before_the_leaves() -> None:
    spring, summer = (shown("weeping_cherry", season) for season in (Season.SPRING, Season.SUMMER))

    assert Part.FLOWER in spring
    assert len(spring[Part.LEAF].faces) < 0.3 * len(summer[Part.LEAF].faces)


@pytest.mark.parametrize("tree", [True, False])
@pytest.mark.parametrize("years", [1, 5, 40])
def test_a_plant_grows_until_it_is_grown(tree: bool, years: float) -> None:
    sizes = [
        grown_size(spread=2.0, height=3.0, tree=tree, years_to_maturity=years, growth=growth) for growth in Growth
    ]

    assert sizes == sorted(sizes)
    assert all(0.2 <= share <= 1 for size in sizes for share in size)
    assert sizes[-1] == (1.0, 1.0)
    assert (sizes[1] == (1.0, 1.0)) == (years <= 3)


def test_a_young_plant_has_fewer_leaves_that_are_as_large() -> None:
    def leaves_of(growth: Growth) -> tuple[int, float]:
        mesh = get_form("camellia").grow(key="camellia", variant=0, growth=growth)[Part.LEAF]
        share = min(species()["camellia"].grown(growth))
        edges = np.linalg.norm(np.diff(mesh.vertices[mesh.faces], axis=1), axis=2)
        return int(piece_of(mesh)[-1]), float(np.median(edges)) * share

    young, grown = leaves_of(Growth.PLANTED), leaves_of(Growth.MATURE)

    assert young[0] < 0.5 * grown[0]
    assert young[1] == pytest.approx(grown[1], rel=0.35)


def test_a_plant_is_scaled_by_its_whole_mesh_whatever_shows() -> None:
    tall, wide = measure("coneflower", 0)

    assert tall == pytest.approx(tallest(get_form("coneflower").draw(key="coneflower", variant=0)))
    assert tallest(shown("coneflower", Season.WINTER)) < 0.3 * tall
    assert 0 < wide < 1


@pytest.mark.parametrize("plant", species().values(), ids=species())
def test_the_facts_are_complete(plant: Species) -> None:
    assert isinstance(plant.water, Water)
    assert isinstance(plant.sun, Sun)
    assert plant.source
    assert plant.native
    assert plant.suits
    assert "://" not in plant.source
    assert 1 <= plant.years_to_maturity <= 40
    assert list(plant.flowers) == sorted(set(plant.flowers))
    assert bool(plant.flowers) == bool(plant.flower_colour)
    assert not plant.flower_colour.startswith("#")
    assert plant.toxicity or not plant.toxic_to_pets
    if plant.grows_to:
        assert plant.grows_to[0] >= plant.height
    if plant.tree and plant.height > 2.5:
        assert plant.grows_to, "a tree says what becomes of it"


def test_what_is_known_to_poison_pets_is_marked() -> None:
    assert [key for key in TOXIC if not species()[key].toxic_to_pets] == []
    assert [key for key in HARMLESS if species()[key].toxic_to_pets] == []


def test_species_files_are_small() -> None:
    folder = resources.files("yarda.garden") / "data" / "species"

    assert all(len(entry.read_bytes()) < 40_000 for entry in folder.iterdir())
