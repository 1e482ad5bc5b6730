"""After a failover to a replica that lagged, nobody is searched who is not in its database."""

import asyncio
from dataclasses import replace

import pytest
from passport.matcher.v1 import admin_pb2

from services.postgresql_server import servers

from .caller import hits, refusal
from .conftest import Callers, Matchers
from .people import fingers, given


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_changes_that_the_replica_had_not_received_are_lost_for_searches_too(
    matchers: Matchers, callers: Callers, someone: int
) -> None:
    with servers(2) as (primary, standby):
        primary.create()
        primary.start()
        primary.execute("CREATE ROLE matcher LOGIN PASSWORD 'secret'")
        primary.execute("CREATE DATABASE matcher OWNER matcher")
        url = f"postgresql+asyncpg://matcher:secret@127.0.0.1:{primary.port}/matcher"
        matcher = await asyncio.to_thread(matchers, database_url=url)
        matcher.start()
        caller = callers(matcher)
        kept = (await caller.enrol("kept", fingers(someone))).encounter
        before = matcher.status()
        standby.become_standby_of(primary)
        await caller.enrol("lost", fingers(someone + 1))
        probe = given(fingers(someone + 1, impression=1))
        assert hits(await caller.identify(probe)) == ["person-of-lost"]

        primary.stop()
        successor = replace(standby, port=primary.port)
        successor.start()
        successor.promote()
        refused = await refusal(caller.identify(probe))
        matcher.wait_for_level(admin_pb2.SERVICE_LEVEL_FULL)
        found = await caller.identify(probe)
        seen = await refusal(caller.identify(probe, seen=kept.change_token))
        after = matcher.status()

        assert refused.code in ("UNAVAILABLE", "INTERNAL")
        assert (hits(found), found.people_searched) == ([], 1)
        assert (seen.code, seen.reason) == ("FAILED_PRECONDITION", "FOREIGN_CHANGE_TOKEN")
        assert after.database_epoch != before.database_epoch
        assert kept.change_token.startswith(before.database_epoch)
        await caller.enrol("again", fingers(someone + 1))
        assert hits(await caller.identify(probe)) == ["person-of-again"]
        matcher.stop()
