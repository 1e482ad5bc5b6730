"""Enrolment of the people on record, with a `kill -9` of the matcher in the middle of it."""

import asyncio
from collections.abc import Sequence
from functools import partial

from harness.country import Country
from harness.demo_facts import Kill
from harness.patient_calls import run_concurrently
from harness.progress import Progress
from harness.roles.registry import Registry
from harness.world.population import Human
from harness.world.seeds import stream

_CONCURRENT_CALLS = 24
_CONCURRENT_IMAGE_CALLS = 4


async def enrol(country: Country, humans: Sequence[Human], seed: int, progress: Progress) -> Kill:
    """Enrol everybody; kill the matcher once a number of them, chosen by the seed, is enrolled."""
    registry = Registry(country.clients, seed)
    fatal = stream(seed, "kill the matcher").randint(len(humans) // 4, len(humans) * 3 // 4)
    kill: list[Kill] = []
    templates = [human for human in humans if not human.fingers.has_images]
    images = [human for human in humans if human.fingers.has_images]

    with progress.counting("on record", len(humans), "people") as count:

        async def one(human: Human) -> None:
            await registry.enrol(human)
            count.add()
            if count.done == fatal:
                away = await country.kill_and_restart("matcher")
                during = f"enrolling, after {fatal:,} of {len(humans):,} people"
                kill.append(Kill("matcher", during, away))
                progress.say(
                    f"    kill -9 of the matcher after {fatal:,} people; "
                    f"serving again after {away:.1f} s"
                )

        # Images take a hundred times as long as templates, so both are enrolled concurrently.
        await asyncio.gather(
            run_concurrently(_CONCURRENT_CALLS, [partial(one, human) for human in templates]),
            run_concurrently(_CONCURRENT_IMAGE_CALLS, [partial(one, human) for human in images]),
        )
    return kill[0]
