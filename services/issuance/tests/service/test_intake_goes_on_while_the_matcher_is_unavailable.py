"""While the matcher is unavailable applications are taken in and queue, and say what for."""

from pathlib import Path

from passport.issuance.v1 import applications_pb2, outages_pb2
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import civil_pb2

from .country import Country, a_country


async def test_intake_goes_on_while_the_matcher_is_unavailable(country: Country) -> None:
    outage = await country.matcher_fails()

    id = (await country.applies()).application_id
    waiting = (await country.application(id)).waiting
    status = await country.status()

    assert outage.automatic
    assert waiting.responsible_party == apps.RESPONSIBLE_PARTY_MATCHER
    assert waiting.outage_id == outage.outage_id
    (backlog,) = status.outbox
    assert (backlog.kind, backlog.count, backlog.failing) == ("identify", 1, 0)
    assert (backlog.responsible_party, backlog.outage_id) == (
        applications_pb2.RESPONSIBLE_PARTY_MATCHER,
        outage.outage_id,
    )
    assert status.outages[0].applications == 1

    await country.matcher_returns()
    await country.reaches(id, "AWAITING_APPROVAL")
    assert not (await country.application(id)).waiting.outage_id


async def test_no_attempt_is_made_during_an_outage(country: Country) -> None:
    outage = await country.declares(outages_pb2.OUTAGE_SCOPE_MATCHER)
    id = (await country.applies()).application_id
    other = await country.takes_in()  # the outbox has been polled several times by now

    assert country.matcher.asked_about == []
    assert await country.state(id) == "IDENTIFYING"
    assert other.waiting.responsible_party == apps.RESPONSIBLE_PARTY_OFFICER

    await country.ends(outage)
    await country.reaches(id, "AWAITING_APPROVAL")
    assert country.matcher.asked_about == [id]


async def test_who_waits_is_identified_by_priority_class_then_completion(
    tmp_path: Path, pki: Path, database_url: str
) -> None:
    async with a_country(tmp_path, pki, database_url, identifications=1) as country:
        await _who_waits_is_identified_by_priority_class_then_completion(country)


async def _who_waits_is_identified_by_priority_class_then_completion(country: Country) -> None:
    outage = await country.declares(outages_pb2.OUTAGE_SCOPE_MATCHER)
    priority_classes = [civil_pb2.PRIORITY_CLASS_NORMAL] * 6 + [
        civil_pb2.PRIORITY_CLASS_EXPEDITED,
        civil_pb2.PRIORITY_CLASS_EMERGENCY,
    ]
    ids = [
        (await country.applies(priority_class=priority_class)).application_id
        for priority_class in priority_classes
    ]

    await country.ends(outage)
    for id in ids:
        await country.reaches(id, "AWAITING_APPROVAL")

    assert country.matcher.asked_about == [ids[7], ids[6], *ids[:6]]


async def test_the_clock_of_those_who_wait_stands_still(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")
    await country.supervisor("Approve", apps.ApproveRequest(application_id=id))
    country.clock("2018-10-26T10:00+08:00")
    outage = await country.declares(outages_pb2.OUTAGE_SCOPE_PRINTING, "BJM")
    country.clock("2018-10-26T13:00+08:00")
    await country.ends(outage)

    application = await country.application(id)

    assert application.elapsed_seconds == 4 * 3600
    assert application.service_seconds == 1 * 3600


async def test_a_busy_matcher_is_asked_again(country: Country) -> None:
    country.matcher.overloaded_calls = 3

    id = (await country.applies()).application_id

    await country.reaches(id, "AWAITING_APPROVAL")
    assert country.matcher.asked_about == [id] * 4
    await country.until(lambda: _the_outbox_is_empty(country))


async def _the_outbox_is_empty(country: Country) -> bool:
    return not (await country.status()).outbox
