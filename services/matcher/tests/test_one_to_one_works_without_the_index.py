"""When the index cannot follow the database, searches wait, and all else goes on."""

from passport.matcher.v1 import admin_pb2, identification_pb2

from services.databases import execute

from .caller import refusal
from .conftest import Callers, Matchers
from .matcher_process import Matcher
from .people import fingers, given


async def test_verify_only(matchers: Matchers, callers: Callers, someone: int) -> None:
    matcher = matchers()
    matcher.start()
    before = callers(matcher)
    await before.enrol(f"{someone}", fingers(someone))
    await before.identify(given(fingers(someone, impression=1)))
    matcher.stop()
    matcher.start()
    await callers(matcher).enrol(f"{someone + 1}", fingers(someone + 1))
    matcher.kill()
    _lose_the_last_change(matcher)

    matcher.start(until=admin_pb2.SERVICE_LEVEL_VERIFY_ONLY)
    caller = callers(matcher)
    probe = given(fingers(someone, impression=1))
    verified = await caller.verify(
        probe, identification_pb2.FingerSource(encounter_id=f"{someone}")
    )
    searched = await refusal(caller.identify(probe))
    checked = await refusal(caller.enrol(f"{someone}-b", fingers(someone), check=True))

    assert verified.outcome == identification_pb2.OUTCOME_HIT
    for refused in (searched, checked):
        assert (refused.code, refused.reason) == ("UNAVAILABLE", "NOT_READY")
        assert refused.may_retry
    assert (await refusal(caller.get(f"{someone}-b"))).code == "NOT_FOUND"
    assert "index" in matcher.status().reason
    assert not matcher.serves("passport.matcher.v1.Identification")
    assert matcher.serves("passport.matcher.v1.Verification")


def _lose_the_last_change(matcher: Matcher) -> None:
    """A gap in the log, which must never be passed."""
    execute(matcher.database_url, "DELETE FROM changes WHERE number = 2")
