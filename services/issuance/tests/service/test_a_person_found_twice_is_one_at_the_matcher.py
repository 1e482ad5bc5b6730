"""Two examiners find that two persons are one: so they are at the matcher, with all encounters."""

from passport.issuance.v1 import accounts_pb2, documents_pb2
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2 as apps

from .country import Country

FINGERS = b"whorl"


async def _renews(country: Country, person: str, fingers: bytes) -> str:
    kind = apps.APPLICATION_TYPE_RENEWAL
    return (await country.applies(fingers, type=kind, person_id=person)).application_id


async def _has_passport(country: Country, person: str, fingers: bytes) -> str:
    """Somebody who was enrolled before renews, and is handed the passport."""
    country.matcher.enrol(person, fingers)
    id = await _renews(country, person, fingers)
    await country.approves(id)
    await country.reaches(id, "READY")
    request = apps.HandOverRequest(application_id=id, signed_by="Siti")
    await country.officer("HandOver", request)
    return id


async def test_with_a_passport_under_each_name(country: Country) -> None:
    of_ani = await _has_passport(country, "ani", b"loop")
    of_budi = await _has_passport(country, "budi", FINGERS)
    country.matcher.fingers |= {"record-ani": FINGERS, of_ani: FINGERS}
    id = await _renews(country, "ani", FINGERS)
    task = await country.task_of(id)

    for user in ("eko", "fitri"):
        examiner = country.examiner(user)
        await examiner("ClaimTask", tasks.ClaimTaskRequest(task_id=task.task_id))
        verdict = tasks.DecideTaskRequest(
            task_id=task.task_id,
            verdict=tasks.VERDICT_SAME_PERSON,
            reason="married since",
            person_id="budi",
        )
        await examiner("DecideTask", verdict)

    async def is_merged() -> bool:
        return not country.matcher.encounters_of("ani")

    await country.until(is_merged)
    everything = sorted([of_ani, of_budi, id, "record-ani", "record-budi"])
    assert country.matcher.encounters_of("budi") == everything
    listed = documents_pb2.ListDocumentsRequest(person_id="ani")
    documents = (await country.officer("ListDocuments", listed)).documents
    assert {(each.application_id, each.person_id) for each in documents} == {
        (of_ani, "budi"),
        (of_budi, "budi"),
    }
    statuses = [documents_pb2.DocumentStatus.Name(each.status)[16:] for each in documents]
    assert sorted(statuses) == ["REVOKED", "VALID"]
    request = accounts_pb2.ListOpenItemsRequest(office=country.office)
    (item,) = (await country.supervisor("ListOpenItems", request)).items
    assert item.kind == accounts_pb2.OPEN_ITEM_KIND_SUPERSEDED_BOOK
    assert item.waiting.responsible_party == apps.RESPONSIBLE_PARTY_OFFICER
    assert (item.application_id, item.document_number) == (
        id,
        documents[statuses.index("REVOKED")].document_number,
    )
