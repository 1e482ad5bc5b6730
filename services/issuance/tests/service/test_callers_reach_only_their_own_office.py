"""A caller of an office reaches that office's applications and tasks only; national ones all."""

import pytest
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import offices_pb2, outages_pb2, schedule_pb2

from .callers import Refused
from .contract_values import a_holder
from .country import Country


async def test_another_offices_application_is_out_of_reach(country: Country) -> None:
    id = (await country.takes_in()).application_id
    outsider = country.caller("officer", "joko", "JKT")

    for method, request in (
        ("GetApplication", apps.GetApplicationRequest(application_id=id)),
        ("GetHistory", apps.GetHistoryRequest(application_id=id)),
        ("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id)),
        ("Withdraw", apps.WithdrawRequest(application_id=id)),
        ("ListApplications", apps.ListApplicationsRequest(office="BJM")),
        ("ListApplications", apps.ListApplicationsRequest()),
        ("ListNotices", schedule_pb2.ListNoticesRequest(office="BJM")),
        ("GetCollectionSchedule", schedule_pb2.GetCollectionScheduleRequest(office="BJM")),
        (
            "CreateApplication",
            apps.CreateApplicationRequest(
                office="BJM", type=apps.APPLICATION_TYPE_NEW, holder=a_holder()
            ),
        ),
    ):
        with pytest.raises(Refused, match="WRONG_OFFICE") as refused:
            await outsider(method, request)
        assert refused.value.code == "PERMISSION_DENIED"

    assert await country.state(id) == "RECEIVED"


async def test_another_office_does_not_set_our_capacity(country: Country) -> None:
    outsider = country.caller("supervisor", "joko", "JKT")
    request = offices_pb2.SetCapacityRequest(office="BJM", machines=1, books_per_machine_per_day=1)

    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await outsider("SetCapacity", request)

    found = await country.officer("GetOffice", offices_pb2.GetOfficeRequest(office="BJM"))
    assert found.machines == 4


async def test_an_offices_administrator_declares_its_own_outages(country: Country) -> None:
    outsider = country.caller("administrator", "joko", "JKT")
    ours = await country.declares(outages_pb2.OUTAGE_SCOPE_PRINTING, "BJM")
    matcher, printing = outages_pb2.OUTAGE_SCOPE_MATCHER, outages_pb2.OUTAGE_SCOPE_PRINTING

    for method, request in (
        ("DeclareOutage", outages_pb2.DeclareOutageRequest(scope=matcher, cause="spite")),
        (
            "DeclareOutage",
            outages_pb2.DeclareOutageRequest(scope=printing, office="BJM", cause="spite"),
        ),
        ("EndOutage", outages_pb2.EndOutageRequest(outage_id=ours.outage_id)),
    ):
        with pytest.raises(Refused, match="WRONG_OFFICE"):
            await outsider(method, request)
    theirs = outages_pb2.DeclareOutageRequest(scope=printing, office="JKT", cause="flood")
    declared = await outsider("DeclareOutage", theirs)
    await outsider("EndOutage", outages_pb2.EndOutageRequest(outage_id=declared.outage_id))

    assert [outage.office for outage in await country.outages()] == ["BJM"]


async def test_an_offices_examiner_sees_its_own_tasks(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    task = await country.task_of((await country.applies(b"whorl")).application_id)
    outsider = country.caller("examiner", "joko", "JKT")

    assert not (await outsider("ListTasks", tasks.ListTasksRequest())).tasks
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await outsider("ClaimTask", tasks.ClaimTaskRequest(task_id=task.task_id))


async def test_national_callers_see_every_office(country: Country) -> None:
    await country.takes_in()
    listed = await country.administrator("ListApplications", apps.ListApplicationsRequest())
    offices = await country.administrator("ListOffices", offices_pb2.ListOfficesRequest())

    assert len(listed.applications) == 1
    assert [office.office for office in offices.offices] == ["BJM", "JKT"]


async def test_roles_do_what_is_theirs(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")

    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.officer("Approve", apps.ApproveRequest(application_id=id))

    assert await country.state(id) == "AWAITING_APPROVAL"
