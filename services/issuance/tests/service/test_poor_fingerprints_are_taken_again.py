"""The applicant is notified, gives fingerprints again, and queues from then on."""

from .country import Country


async def test_poor_fingerprints_are_taken_again(country: Country) -> None:
    country.matcher.unusable_fingers.add(b"smudge")
    country.matcher.assesses = False
    id = (await country.applies(b"smudge")).application_id

    rejected = await country.reaches(id, "PAID")
    assert not rejected.HasField("completed_at")
    country.clock("2018-10-29T09:00+08:00")
    again = await country.gives_fingers(id, b"clean")
    await country.reaches(id, "AWAITING_APPROVAL")

    assert again.first_promised_collection_date.day == 31
    assert (again.promised_collection_date.month, again.promised_collection_date.day) == (11, 1)
    assert await country.notices(id) == [
        ("PROMISED_DATE", "2018-10-31"),
        ("RECAPTURE", ""),
        ("PROMISED_DATE", "2018-11-01"),
    ]
    assert (await country.history(id))[-3:] == ["submit_biometrics", "record_interview", "identify"]
