"""The people on record go into the matcher, which is killed in the middle of it."""

import asyncio
from collections.abc import Sequence
from functools import partial

from harness.calls import together
from harness.country import Country
from harness.facts import Kill
from harness.progress import Progress
from harness.roles.registry import Registry
from harness.world.population import Human
from harness.world.seeds import stream

_AT_ONCE = 24
_PICTURES_AT_ONCE = 4


async def enrol(country: Country, humans: Sequence[Human], seed: int, progress: Progress) -> Kill:
    """Enrol everybody; `kill -9` of the matcher when a number of them, given by the seed, is in."""
    registry = Registry(country.people, seed)
    fatal = stream(seed, "kill the matcher").randint(len(humans) // 4, len(humans) * 3 // 4)
    kill: list[Kill] = []
    drawn = [human for human in humans if not human.fingers.pictured]
    pictured = [human for human in humans if human.fingers.pictured]

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

        # Pictures take a hundred times as long as templates; they go beside them, from the start.
        await asyncio.gather(
            together(_AT_ONCE, [partial(one, human) for human in drawn]),
            together(_PICTURES_AT_ONCE, [partial(one, human) for human in pictured]),
        )
    return kill[0]
