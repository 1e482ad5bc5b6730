"""A bad request is answered with its code, reason and field, and changes nothing."""

from typing import Any

import pytest
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import offices_pb2, outages_pb2, schedule_pb2
from passport.type.v1 import civil_pb2

from .callers import Refused
from .contract_values import a_holder, calendar_date, some_fingers
from .country import OFFICE, Country

BAD_DAY = civil_pb2.CalendarDate(year=2018, month=2, day=31)

YESTERDAY = calendar_date("2018-10-25")


async def _refused(country: Country, role: str, method: str, request: Any) -> tuple[str, str, str]:
    person = country.caller(role, "ani", "national")
    with pytest.raises(Refused) as refused:
        await person(method, request)
    return refused.value.code, refused.value.reason, refused.value.field


@pytest.mark.parametrize(
    ("role", "method", "request_", "expected"),
    [
        ("officer", "GetApplication", apps.GetApplicationRequest(application_id="nobody"),
         ("NOT_FOUND", "APPLICATION_NOT_FOUND", "application_id")),
        ("officer", "GetHistory", apps.GetHistoryRequest(application_id="nobody"),
         ("NOT_FOUND", "APPLICATION_NOT_FOUND", "application_id")),
        ("officer", "GetApplication", apps.GetApplicationRequest(),
         ("INVALID_ARGUMENT", "INVALID_REQUEST", "application_id")),
        ("officer", "CreateApplication",
         apps.CreateApplicationRequest(office="XXX", type=apps.APPLICATION_TYPE_NEW,
                                       holder=a_holder()),
         ("NOT_FOUND", "UNKNOWN_OFFICE", "office")),
        ("officer", "CreateApplication",
         apps.CreateApplicationRequest(office=OFFICE, type=apps.APPLICATION_TYPE_NEW,
                                       holder=a_holder(born_on=BAD_DAY)),
         ("INVALID_ARGUMENT", "BAD_DATE", "holder.born_on")),
        ("officer", "ListApplications", apps.ListApplicationsRequest(page_token="bm8="),
         ("INVALID_ARGUMENT", "BAD_PAGE_TOKEN", "page_token")),
        ("officer", "ListNotices", schedule_pb2.ListNoticesRequest(page_token="???"),
         ("INVALID_ARGUMENT", "BAD_PAGE_TOKEN", "page_token")),
        ("examiner", "ClaimTask", tasks.ClaimTaskRequest(task_id="nothing"),
         ("NOT_FOUND", "TASK_NOT_FOUND", "task_id")),
        ("officer", "GetOffice", offices_pb2.GetOfficeRequest(office="XXX"),
         ("NOT_FOUND", "UNKNOWN_OFFICE", "office")),
        ("officer", "GetOutage", outages_pb2.GetOutageRequest(outage_id="nothing"),
         ("NOT_FOUND", "OUTAGE_NOT_FOUND", "outage_id")),
        ("administrator", "SetCapacity",
         offices_pb2.SetCapacityRequest(office=OFFICE, machines=1, books_per_machine_per_day=1,
                                        effective_from=YESTERDAY),
         ("INVALID_ARGUMENT", "BAD_DATE", "effective_from")),
        ("administrator", "SimulatePlan",
         schedule_pb2.SimulatePlanRequest(office=OFFICE, printing_resumes=BAD_DAY),
         ("INVALID_ARGUMENT", "BAD_DATE", "printing_resumes")),
        ("administrator", "SimulatePlan",
         schedule_pb2.SimulatePlanRequest(office=OFFICE, arrivals=[
             schedule_pb2.ExpectedArrivals(day=calendar_date("2018-10-25"), count=1)]),
         ("INVALID_ARGUMENT", "BAD_DATE", "arrivals[0].day")),
        ("administrator", "SimulatePlan",
         schedule_pb2.SimulatePlanRequest(office=OFFICE, arrivals=[
             schedule_pb2.ExpectedArrivals(day=calendar_date("9999-12-31"), count=1)]),
         ("INVALID_ARGUMENT", "BAD_DATE", "arrivals[0].day")),
    ],
)  # fmt: skip
async def test_a_bad_request_is_refused(
    country: Country, role: str, method: str, request_: Any, expected: tuple[str, str, str]
) -> None:
    assert await _refused(country, role, method, request_) == expected
    assert not (await country.status()).applications


async def test_a_step_out_of_order_is_refused(country: Country) -> None:
    id = (await country.takes_in()).application_id
    request = apps.RecordPaymentRequest(application_id=id, receipt="1")

    with pytest.raises(Refused, match="ILLEGAL_TRANSITION") as refused:
        await country.officer("RecordPayment", request)

    assert refused.value.code == "FAILED_PRECONDITION"
    assert refused.value.metadata == {"state": "received", "event": "record_payment"}
    assert await country.history(id) == ["create"]


async def test_fingers_need_a_position(country: Country) -> None:
    id = (await country.takes_in()).application_id
    samples = some_fingers(b"whorl")
    samples[0].ClearField("position")
    request = apps.SubmitBiometricsRequest(application_id=id, samples=samples)

    found = await _refused(country, "officer", "SubmitBiometrics", request)

    assert found == ("INVALID_ARGUMENT", "INVALID_REQUEST", "samples[0].position")
