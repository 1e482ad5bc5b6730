"""What came with an event stands in a field of its own, and in no other event."""

from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps

from .country import Country

COMMON = {"event", "from_state", "to_state", "by", "at"}


async def _details(country: Country, id: str) -> dict[str, dict[str, object]]:
    """The fields of each event that not every event has."""
    request = apps.GetHistoryRequest(application_id=id)
    entries = (await country.officer("GetHistory", request)).entries
    return {
        entry.event: {
            field.name: value for field, value in entry.ListFields() if field.name not in COMMON
        }
        for entry in entries
    }


async def test_the_history_of_a_passport(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.approves(id)
    number = (await country.reaches(id, "READY")).document_number
    await country.officer("HandOver", apps.HandOverRequest(application_id=id, signed_by="Siti"))

    assert await _details(country, id) == {
        "create": {},
        "accept_documents": {},
        "record_payment": {"payment_receipt": id},
        "submit_portrait": {},
        "submit_biometrics": {},
        "record_interview": {},
        "identify": {},
        "approve": {"document_number": number},
        "release": {},
        "finish_print": {"book_serial": "B0000001"},
        "hand_over": {
            "signed_by": "Siti",
            "collected_by": apps.COLLECTOR_HOLDER,
            "finger_check": apps.FINGER_CHECK_NOT_ASKED,
        },
    }


async def test_the_history_of_a_duplicate(country: Country) -> None:
    country.matcher.enrol("somebody-else", b"whorl")
    id = (await country.applies(b"whorl")).application_id
    task = await country.task_of(id)

    await country.examines("budi", task.task_id, tasks.VERDICT_DUPLICATE)
    await country.examines("citra", task.task_id, tasks.VERDICT_DUPLICATE)

    details = await _details(country, id)
    assert details["refer_to_examiners"] == {
        "adjudication_cause": tasks.TASK_CAUSE_OTHER_PERSON_FOUND
    }
    assert details["confirm_duplicate"] == {"reason": "seen"}


async def test_the_history_of_refusals_and_notes(country: Country) -> None:
    id = (await country.takes_in()).application_id
    officer = country.officer
    refusal = apps.RefuseDocumentsRequest(application_id=id, reason="no photo")
    await officer("RefuseDocuments", refusal)
    await officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=id))
    await officer("RecordPayment", apps.RecordPaymentRequest(application_id=id, receipt="R-7"))
    await country.is_photographed(id)
    country.matcher.unusable_fingers.add(b"smudge")
    country.matcher.assesses = False
    await country.gives_fingers(id, b"smudge")
    await country.reaches(id, "PAID")

    details = await _details(country, id)
    assert details["refuse_documents"] == {"reason": "no photo"}
    assert details["record_payment"] == {"payment_receipt": "R-7"}
    assert details["reject_biometrics"] == {"reason": "POOR_QUALITY"}
