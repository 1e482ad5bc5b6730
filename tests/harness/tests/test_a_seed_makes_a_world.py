from concurrent.futures import Executor

import pytest
from harness.world.population import ARRIVALS, PLANTED_DAYS, World, create


@pytest.fixture
def world(workers: Executor) -> World:
    return create(1, workers)


def test_the_arrivals_are_the_reconstruction_and_one_deceiver_on_each_planted_day(
    world: World,
) -> None:
    honest = {day: sum(not a.planted for a in came) for day, came in world.applicants.items()}
    planted = {day: sum(a.planted for a in came) for day, came in world.applicants.items()}

    assert honest == ARRIVALS
    assert [day for day, count in planted.items() if count == 1] == list(PLANTED_DAYS)
    assert sum(planted.values()) == 5


def test_enough_renew_and_enough_come_as_pictures(world: World) -> None:
    applicants = world.all_applicants

    assert sum(a.renews for a in applicants) >= 100
    assert sum(a.human.fingers.has_images for a in applicants) >= 40
    assert sum(h.fingers.has_images for h in world.on_record) >= 40
    assert len(world.on_record) == 2_000


def test_nobody_applies_twice_and_deceivers_have_another_name(world: World) -> None:
    applicants = world.all_applicants

    assert len({a.human.key for a in applicants}) == len(applicants)
    assert all(a.holder != a.human.holder for a in applicants if a.planted)
    assert all(a.holder == a.human.holder for a in applicants if not a.planted)


async def test_the_same_seed_gives_the_same_world_and_another_seed_another(
    workers: Executor, world: World
) -> None:
    again, other = create(1, workers), create(2, workers)
    mine, same, different = (
        [(a.key, a.holder, a.day) for a in w.all_applicants] for w in (world, again, other)
    )
    examined_prints = [await w.on_record[-1].fingers.samples(1) for w in (world, again, other)]

    assert mine == same != different
    assert examined_prints[0] == examined_prints[1] != examined_prints[2]
