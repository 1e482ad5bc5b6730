"""Who renews must be found among the candidates; if not, an examiner decides."""

import pytest
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps

from .callers import Refused
from .country import Country

RENEWAL = apps.APPLICATION_TYPE_RENEWAL


async def test_an_own_record_lets_a_renewal_go_on(country: Country) -> None:
    country.matcher.enrol("siti-1", b"loop")

    id = (await country.applies(b"loop", type=RENEWAL, person_id="siti-1")).application_id

    application = await country.reaches(id, "AWAITING_APPROVAL")
    assert application.own_record_first
    assert application.decision_id == f"decision-{id}"


async def test_a_missing_own_record_is_for_an_examiner(country: Country) -> None:
    country.matcher.enrol("siti-1", b"loop")

    id = (await country.applies(b"arch", type=RENEWAL, person_id="siti-1")).application_id

    task = await country.task_of(id)
    assert task.cause == tasks.TASK_CAUSE_OWN_RECORD_MISSING
    assert (await country.application(id)).HasField("own_record_first")
    assert not (await country.application(id)).own_record_first


async def test_somebody_elses_record_is_for_an_examiner_too(country: Country) -> None:
    country.matcher.enrol("siti-1", b"loop")
    country.matcher.enrol("siti-2", b"loop")

    id = (await country.applies(b"loop", type=RENEWAL, person_id="siti-1")).application_id

    task = await country.task_of(id)
    assert task.cause == tasks.TASK_CAUSE_OTHER_PERSON_FOUND
    assert [candidate.person_id for candidate in task.candidates] == ["siti-2"]


async def test_a_renewal_names_its_person_and_a_new_application_nobody(country: Country) -> None:
    with pytest.raises(Refused, match="PERSON_REQUIRED") as renewal:
        await country.takes_in(type=RENEWAL)
    with pytest.raises(Refused, match="PERSON_REQUIRED"):
        await country.takes_in(person_id="siti-1")

    assert renewal.value.field == "person_id"
