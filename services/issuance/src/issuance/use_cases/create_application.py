"""Intake at the counter: a new case, of a person who has no other one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from issuance.domain import case_intake
from issuance.domain.activity import Activity
from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.case_errors import ApplicationOpen, PersonRequired
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.document import DocumentOfAnotherPerson, LossNotReported
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import HistoryEntry
from issuance.domain.reference import derive_reference
from issuance.domain.states import INITIAL_STATE
from issuance.domain.tariff import Fee
from issuance.holder_comparison import differing_fields
from issuance.holder_names import holder_born_on, holder_words
from issuance.store.records import Records
from issuance.use_cases.require_not_stopped import require_not_stopped


@dataclass(frozen=True, slots=True)
class NewApplication:
    """What is taken in at the counter.

    holder: a serialized BiographicData. person_id: the person on record, empty for nobody.
    document_number: of the document to be renewed or replaced, or empty. fee: what it costs; None
    if there is no tariff. language: of the notices, id or en, or empty for that of the office.
    identity_number: in the civil register, or empty.
    """

    office: str
    type: ApplicationType
    priority_class: PriorityClass
    holder: bytes
    person_id: str
    document_number: str = ""
    fee: Fee | None = None
    contact: Contact = NO_CONTACT
    language: str = ""
    identity_number: str = ""


async def create_application(
    records: Records, new: NewApplication, by: Actor, now: datetime, new_id: Callable[[], str]
) -> Case:
    """Store a new case and return it.

    Raises UnknownOffice, PersonRequired, DocumentNotFound, DocumentOfAnotherPerson,
    LossNotReported, ApplicationOpen, StoppedByOutage.
    """
    await records.offices.require_not_removed(new.office)
    await require_not_stopped(records, new.office, Activity.INTAKE)
    person_id = await _person_on_record(records, new)
    if person_id:
        await require_no_open_application(records, [person_id], by)
        await _require_reported_loss(records, new.type, person_id)
    id = new_id()
    case = case_intake.with_contact(
        Case(
            id=id,
            office=new.office,
            type=new.type,
            priority_class=new.priority_class,
            holder=new.holder,
            person_id=person_id or new_id(),
            created_at=now,
            state_since=now,
            fee_rupiah=new.fee.total if new.fee else None,
            penalty_rupiah=new.fee.penalty if new.fee else None,
            reference=await _unused_reference(records, id),
            identity_number=new.identity_number,
        ),
        new.contact,
        new.language,
    )
    case = await compared_with_earlier(records, case)
    await records.cases.add(case)
    await index_holder(records, case)
    entry = HistoryEntry(
        case.id, case.office, ApplicationEvent.CREATE, None, INITIAL_STATE, by.uri, now,
        on_behalf_of=by.on_behalf_of,
    )  # fmt: skip
    await records.history.add(entry)
    return case


async def index_holder(records: Records, case: Case) -> None:
    """Have the case found by its holder's name and day of birth."""
    words, born_on = holder_words(case.holder), holder_born_on(case.holder)
    await records.search.index(case.id, case.office, words, born_on)


async def _unused_reference(records: Records, application: str) -> str:
    for attempt in count():
        reference = derive_reference(application, attempt)
        if not await records.search.has_reference(reference):
            return reference
    raise AssertionError("count never ends")


async def require_no_open_application(
    records: Records, persons: Iterable[str], by: Actor, but: str = ""
) -> None:
    """Raise ApplicationOpen if one of these has an application that has not ended.

    persons: all who are the applicant. but: the id of the application that they may have.
    """
    for person in persons:
        for other in await records.cases.open_of_person(person):
            if other.id != but:
                raise ApplicationOpen(other.named_to(by))


async def compared_with_earlier(records: Records, case: Case) -> Case:
    """Return the case with the fields in which it differs from its person's last document."""
    documents = await records.documents.of_person(case.person_id)
    earlier = [document for document in documents if document.case != case.id]
    fields = differing_fields(earlier[-1].holder, case.holder) if earlier else ()
    return case_intake.compared(case, fields)


async def _person_on_record(records: Records, new: NewApplication) -> str:
    """Return who applies now, which stays so until the commit; "" for nobody on record."""
    if new.person_id or new.document_number:
        await records.person_merges.lock_shared()
    person_id = await records.person_merges.current(new.person_id)
    named = new.person_id and person_id
    if new.document_number:
        person_id = (await records.documents.get(new.document_number)).person_id
        if named not in ("", person_id):
            raise DocumentOfAnotherPerson(
                "the document is not one of this person", field="document_number"
            )
    if new.type.claims_record != bool(person_id):
        raise PersonRequired(
            "a renewal or replacement names the person on record or the document, "
            "a new application neither",
            field="person_id",
        )
    return person_id


async def _require_reported_loss(records: Records, kind: ApplicationType, person_id: str) -> None:
    if kind is not ApplicationType.REPLACEMENT_LOST:
        return
    if valid := await records.documents.valid_of(person_id):
        raise LossNotReported("report the loss of the document first", document_number=valid.number)
