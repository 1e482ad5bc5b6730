"""Each change of a promised collection date is notified once, and never with a day that passed."""

from .country import Country


async def test_an_outage_changes_a_promised_date_once(country: Country) -> None:
    country.clock("2018-10-30T09:00+08:00")
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")
    country.clock("2018-10-30T10:00+08:00")
    await country.matcher_fails()

    country.clock("2018-11-02T08:00+08:00")
    await country.until(lambda: _notified(country, id, 2))
    country.clock("2018-11-05T07:00+08:00")
    await country.matcher_returns()
    await country.approves(id)
    country.clock("2018-11-05T08:00+08:00")
    await country.reaches(id, "READY")

    assert await country.notices(id) == [
        ("PROMISED_DATE", "2018-11-02"),
        ("DELAYED", ""),
        ("DATE_CHANGED", "2018-11-05"),
        ("READY", ""),
    ]
    application = await country.application(id)
    assert application.first_promised_collection_date.day == 2
    assert application.promised_collection_date.day == 5
    assert application.date_change_reason.en == "a system outage"


async def test_nobody_is_notified_twice_when_the_service_starts_again(country: Country) -> None:
    country.clock("2018-10-30T09:00+08:00")
    id = (await country.applies()).application_id
    await country.matcher_fails()
    country.clock("2018-11-02T08:00+08:00")
    await country.until(lambda: _notified(country, id, 2))

    await country.process.stop()
    await country.process.start()
    other = (await country.applies()).application_id

    assert await country.notices(id) == [("PROMISED_DATE", "2018-11-02"), ("DELAYED", "")]
    assert await country.notices(other) == [("PROMISED_DATE", "2018-11-07")]


async def _notified(country: Country, id: str, count: int) -> bool:
    return len(await country.notices(id)) >= count
