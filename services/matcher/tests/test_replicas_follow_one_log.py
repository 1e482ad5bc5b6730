"""Several matchers over one database: what one has committed, every other finds."""

import asyncio

from passport.matcher.v1 import encounters_pb2, identification_pb2

from .caller import hits, refusal
from .conftest import Callers, Matchers
from .people import fingers, given

SUPERVISOR = "spiffe://id/office/national/user/dewi/role/supervisor"
NO_HIT = identification_pb2.OUTCOME_NO_HIT


async def test_what_is_changed_at_one_is_seen_at_the_other(
    matchers: Matchers, callers: Callers, someone: int, database_url: str
) -> None:
    first = matchers("first", database_url=database_url)
    first.start()
    second = matchers(
        "second",
        database_url=database_url,
        master_key_file=first.folder / "master.key",
        follow_interval_seconds=3600.0,
    )
    second.start()
    here, there = callers(first), callers(second)
    probe = given(fingers(someone, impression=1))
    person = f"person-of-{someone}"

    stored = (await here.enrol(f"{someone}", fingers(someone))).encounter
    found = await there.identify(probe, seen=stored.change_token)
    await here.set_status(f"{someone}", encounters_pb2.ENCOUNTER_STATUS_FRAUD)
    flagged = await there.identify(probe)
    duplicate = await there.enrol(
        f"{someone}-duplicate", fingers(someone, impression=2), check=True
    )
    deleted = await here.delete(f"{someone}", on_behalf_of=SUPERVISOR)
    gone = await there.identify(probe, seen=deleted.change_token)

    assert hits(found) == [person]
    assert [candidate.known_fraud for candidate in flagged.candidates if candidate.hit] == [True]
    assert hits(duplicate.decision) == [person]
    assert hits(gone) == [f"person-of-{someone}-duplicate"]
    assert await here.decision(duplicate.decision.decision_id) == duplicate.decision


async def test_a_restored_database_has_another_epoch(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    matcher = matchers()
    matcher.start()
    caller = callers(matcher)
    stored = (await caller.enrol(f"{someone}", fingers(someone))).encounter
    probe = given(fingers(someone, impression=1))

    await asyncio.to_thread(matcher.command, "restored")
    refused = await refusal(caller.identify(probe, seen=stored.change_token))
    found = await caller.identify(probe)

    assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "FOREIGN_CHANGE_TOKEN")
    assert hits(found) == [f"person-of-{someone}"]
    assert not found.change_token.startswith(stored.change_token.partition(":")[0])
