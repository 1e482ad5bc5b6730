"""Notices are delivered by day, the latest one only, and once; others are told at the office."""

from collections.abc import Collection, Sequence
from datetime import timedelta

import pytest
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.notice_delivery import NoticeDelivery, NoticeMessage, QuietHours
from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolutionReason
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.retry_policy import RetryPolicy
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.store.notice_records import NoticeRecord, NoticeRecords
from issuance.use_cases.change_contact import change_contact
from issuance.use_cases.deliver_notice import DeliverNotice
from issuance.use_cases.erase_personal_data import ErasePersonalData
from issuance.use_cases.office_slots import NoticeSlots
from issuance.use_cases.open_items import OpenItem, list_open_items
from issuance.use_cases.ports import NoticeRefused, Unavailable, UnusableFingers
from issuance.workers.outbox_worker import OutboxWorker
from servicekit.storage.database import Database

from .always_due import always_due
from .emergencies import has_emergency_document
from .people import identity
from .recorded_workflow import EVERYTHING
from .workflow import Workflow

YEAR = timedelta(days=365)

MAIL = Contact(email="siti@example.com")
PHONE = Contact(phone="+6281234567890")
POLICY = RetryPolicy(10, timedelta(minutes=1), 0.001, timedelta(), timedelta())


class Sender:
    """Keeps what it is given; answers that are left are raised first."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.sent: list[NoticeMessage] = []

    async def send(self, message: NoticeMessage) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(message)

    @property
    def kinds(self) -> list[str]:
        return [message.kind.value for message in self.sent]


async def _deliver(
    workflow: Workflow, mail: Sender | None = None, file: Sender | None = None
) -> None:
    """Attempt once what is due now."""
    deliver = DeliverNotice(workflow.store, workflow.offices, mail, file, workflow)
    slots = NoticeSlots(workflow.offices, QuietHours(), workflow.now)
    worker = OutboxWorker(
        OutboxTaskKind.NOTIFY,
        deliver,
        workflow.store,
        slots,
        POLICY,
        lambda: workflow.real_now,
        always_due(),
    )
    await worker.attempt_due()


async def _deliveries(workflow: Workflow, id: str) -> list[tuple[str, str]]:
    async with workflow.store.read() as records:
        found = await records.notices.page(EVERYTHING, None, id)
    return [(record.notice.kind.value, record.delivery.value) for _, record in found]


async def _problems(workflow: Workflow, id: str) -> set[str]:
    """Why notices about an application were refused."""
    async with workflow.store.read() as records:
        found = await records.notices.page(EVERYTHING, None, id)
    return {record.problem for _, record in found if record.problem}


async def _open_items(workflow: Workflow, office: str) -> list[tuple[str, OpenItem]]:
    async with workflow.store.read() as records:
        page = await list_open_items(records, workflow.offices, office, None, 100, workflow.now_is)
    return list(page.items)


def _first(text: str) -> str:
    """The text up to the reference, which follows in words of its language."""
    return text.partition(" Nomor permohonan")[0].partition(" Your reference")[0]


async def _changes_contact(workflow: Workflow, id: str, contact: Contact) -> None:
    async with workflow.store.begin() as records:
        case = await records.cases.get(id)
        officer = identity("siti", "officer")
        await change_contact(
            records, case, officer, workflow.now_is, contact, "", workflow.apply_transition
        )


async def test_mail_goes_to_who_has_an_address_and_the_file_to_others(workflow: Workflow) -> None:
    mail, file = Sender(), Sender()
    with_both = Contact("siti@example.com", "+6281234567890")
    a = await workflow.applies(contact=with_both)
    b = await workflow.applies(contact=PHONE)
    c = await workflow.applies()

    await _deliver(workflow, mail, file)

    assert [message.application for message in mail.sent] == [a]
    assert [message.application for message in file.sent] == [b]
    assert await _deliveries(workflow, a) == [("promised_date", "sent")]
    assert await _deliveries(workflow, c) == [("promised_date", "in_person")]


async def test_each_is_sent_once(workflow: Workflow) -> None:
    mail = Sender()
    await workflow.applies(contact=MAIL)

    for _ in range(3):
        await _deliver(workflow, mail)

    assert mail.kinds == ["promised_date"]


async def test_the_language_is_the_applicants_or_else_the_offices(workflow: Workflow) -> None:
    mail = Sender()
    await workflow.applies(contact=MAIL)
    await workflow.applies(contact=MAIL, language="en")

    await _deliver(workflow, mail)

    assert [(message.language, _first(message.text)) for message in mail.sent] == [
        (
            "id",
            "Permohonan Anda lengkap. Paspor dapat diambil Rabu, 31 Oktober 2018, "
            "pukul 14.00 WITA.",
        ),
        (
            "en",
            "Your application is complete. Collect your passport on Wednesday, 31 October 2018, "
            "14:00 WITA.",
        ),
    ]


async def test_nothing_is_sent_at_night(workflow: Workflow) -> None:
    mail = Sender()
    workflow.clock("2018-10-26 19:59")
    await workflow.applies(contact=MAIL)
    sent = []

    for at in ("2018-10-26 20:00", "2018-10-27 06:59", "2018-10-27 07:00"):
        workflow.clock(at)
        await _deliver(workflow, mail)
        sent.append(len(mail.sent))

    assert sent == [0, 0, 1]


async def test_of_two_notices_in_one_night_the_later_one_counts(workflow: Workflow) -> None:
    mail = Sender()
    workflow.clock("2018-10-26 21:00")
    id = await workflow.applies(contact=MAIL)
    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))
    workflow.clock("2018-10-27 07:00")

    await _deliver(workflow, mail)
    await _deliver(workflow, mail)

    assert mail.kinds == ["recapture"]
    assert await _deliveries(workflow, id) == [("promised_date", "outdated"), ("recapture", "sent")]


async def test_what_is_no_longer_true_is_not_sent(workflow: Workflow) -> None:
    mail = Sender(Unavailable("busy"))
    id = await workflow.becomes_ready(contact=MAIL)
    await _deliver(workflow, mail)

    await workflow.hands_over(id)
    await _deliver(workflow, mail)

    assert mail.sent == []
    assert await _deliveries(workflow, id) == [("promised_date", "outdated"), ("ready", "outdated")]


async def test_a_busy_mail_server_is_asked_again(workflow: Workflow) -> None:
    mail = Sender(Unavailable("450 greylisted"), Unavailable("450 greylisted"))
    id = await workflow.applies(contact=MAIL)

    await _deliver(workflow, mail)
    waiting = await _deliveries(workflow, id)
    await _deliver(workflow, mail)
    await _deliver(workflow, mail)

    assert waiting == [("promised_date", "pending")]
    assert mail.kinds == ["promised_date"]


async def test_a_refused_address_is_for_the_office_until_it_is_corrected(
    workflow: Workflow,
) -> None:
    mail = Sender(NoticeRefused("550 no such user"))
    id = await workflow.applies(contact=MAIL)
    await _deliver(workflow, mail)
    ((item, refused),) = await _open_items(workflow, "BJM")
    elsewhere = await _open_items(workflow, "JKT")

    await _changes_contact(workflow, id, Contact(email="siti@example.org"))
    await _deliver(workflow, mail)

    assert isinstance(refused, NoticeRecord)
    assert (item, refused.problem) == (f"notice:{id}-1", "550 no such user")
    assert elsewhere == []
    assert await _open_items(workflow, "BJM") == []
    assert [message.contact.email for message in mail.sent] == ["siti@example.org"]
    assert await _deliveries(workflow, id) == [("promised_date", "sent")]


async def test_an_office_that_has_told_the_applicant_settles_it(workflow: Workflow) -> None:
    id = await workflow.applies(contact=MAIL)
    await _deliver(workflow, Sender(NoticeRefused("550 no such user")))
    ((item, _),) = await _open_items(workflow, "BJM")

    settled = await workflow.settles(
        item, ResolutionReason.DONE_BY_HAND, identity("agus", "supervisor"), "by telephone"
    )

    assert (settled.kind, settled.problem) == (OpenItemKind.NOTICE, "550 no such user")
    assert await _open_items(workflow, "BJM") == []
    assert await _deliveries(workflow, id) == [("promised_date", "in_person")]


async def test_of_two_who_settle_it_at_once_only_the_first_does(
    workflow: Workflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = await workflow.applies(contact=MAIL)
    await _deliver(workflow, Sender(NoticeRefused("550 no such user")))
    ((item, _),) = await _open_items(workflow, "BJM")
    read = NoticeRecords.of_ids

    async def settled_after_it_was_read(
        notices: NoticeRecords, ids: Collection[str]
    ) -> Sequence[NoticeRecord]:
        found = await read(notices, ids)
        await notices.record_delivery(found[0].id, NoticeDelivery.IN_PERSON, None)
        return found

    monkeypatch.setattr(NoticeRecords, "of_ids", settled_after_it_was_read)
    with pytest.raises(OpenItemNotFound):
        await workflow.settles(
            item, ResolutionReason.DONE_BY_HAND, identity("agus", "supervisor"), "by telephone"
        )

    assert await _deliveries(workflow, id) == [("promised_date", "refused")]


async def test_the_next_notice_replaces_one_that_is_refused(workflow: Workflow) -> None:
    mail = Sender(NoticeRefused("552 too much mail"))
    id = await workflow.applies(contact=MAIL)
    await _deliver(workflow, mail)

    await workflow.retakes_biometrics(id, identity("agus", "supervisor"))
    await _deliver(workflow, mail)

    assert await _open_items(workflow, "BJM") == []
    assert await _deliveries(workflow, id) == [("promised_date", "outdated"), ("recapture", "sent")]


async def test_a_refused_address_that_is_taken_back_is_told_in_person(workflow: Workflow) -> None:
    id = await workflow.applies(contact=MAIL)
    await _deliver(workflow, Sender(NoticeRefused("550 no such user")))

    await _changes_contact(workflow, id, NO_CONTACT)

    assert await _deliveries(workflow, id) == [("promised_date", "in_person")]


async def test_without_a_way_the_office_tells(workflow: Workflow) -> None:
    id = await workflow.applies(contact=MAIL)

    await _deliver(workflow)

    assert await _deliveries(workflow, id) == [("promised_date", "in_person")]


async def test_after_a_crash_it_is_sent_under_the_same_id(workflow: Workflow) -> None:
    """The process ended after the server had taken the message, and before the commit."""
    mail = Sender()
    await workflow.applies(contact=MAIL)
    deliver = DeliverNotice(workflow.store, workflow.offices, mail, None, workflow)
    (task,) = await workflow.leases(OutboxTaskKind.NOTIFY)

    async def attempt_that_dies(task: OutboxTask) -> None:
        async with workflow.store.read() as records:
            case = await records.cases.get(task.case)
            found = await records.notices.get(task.request_id)
        await deliver._deliver(case, found)

    await attempt_that_dies(task)
    await deliver(task)

    first, second = mail.sent
    assert first == second


async def test_a_contact_is_erased_at_once_when_the_applicant_withdraws(
    workflow: Workflow,
) -> None:
    id = await workflow.applies(contact=MAIL)

    await workflow.withdraws(id)
    case = await workflow.case(id)

    assert (case.email, case.phone) == ("", "")


async def test_why_a_notice_is_refused_is_erased_with_the_contact(
    workflow: Workflow, database: Database
) -> None:
    withdrawn = await workflow.applies(contact=MAIL)
    await _deliver(workflow, Sender(NoticeRefused("550 5.1.1")))
    ended = await workflow.becomes_ready(contact=MAIL)
    await _deliver(workflow, Sender(NoticeRefused("550 5.1.1")))

    await workflow.withdraws(withdrawn)
    assert await _problems(workflow, withdrawn) == set()
    await workflow.hands_over(ended)
    assert await _problems(workflow, ended) == {"550 5.1.1"}
    workflow.clock("2018-11-25 09:01")
    retention = timedelta(days=30)
    await ErasePersonalData(workflow.store, database, workflow, retention, YEAR, YEAR)()

    assert await _problems(workflow, ended) == set()


async def test_a_contact_is_erased_some_days_after_the_end(
    workflow: Workflow, database: Database
) -> None:
    id = await workflow.becomes_ready(contact=MAIL)
    waiting = await workflow.becomes_ready(contact=PHONE)
    await workflow.hands_over(id)
    erase = ErasePersonalData(workflow.store, database, workflow, timedelta(days=30), YEAR, YEAR)
    contacts = []

    for at in ("2018-11-25 08:59", "2018-11-25 09:01"):
        workflow.clock(at)
        await erase()
        contacts.append((await workflow.case(id)).contact)

    assert contacts == [MAIL, NO_CONTACT]
    assert (await workflow.case(waiting)).contact == PHONE


async def test_an_unidentified_holder_can_be_reached_until_the_identification(
    emergencies: Workflow, database: Database
) -> None:
    flow = emergencies
    id = await has_emergency_document(flow, contact=MAIL)
    erase = ErasePersonalData(flow.store, database, flow, timedelta(days=30), YEAR, YEAR)
    flow.clock("2018-12-26 09:00")

    await erase()
    due = (await flow.case(id)).contact
    await _changes_contact(flow, id, PHONE)
    changed = (await flow.case(id)).contact
    await flow.is_identified()
    with pytest.raises(IllegalTransition):
        await _changes_contact(flow, id, MAIL)
    await erase()
    notified = (await flow.case(id)).contact
    await _deliver(flow, file=Sender())
    await erase()

    assert (due, changed, notified) == (MAIL, PHONE, PHONE)
    assert (await flow.case(id)).contact == NO_CONTACT


async def test_a_holder_who_is_identified_late_is_notified_before_the_contact_is_erased(
    emergencies: Workflow, database: Database
) -> None:
    flow = emergencies
    id = await has_emergency_document(flow, contact=MAIL)
    erase = ErasePersonalData(flow.store, database, flow, timedelta(days=30), YEAR, YEAR)
    flow.clock("2018-12-26 09:00")
    await flow.matcher_answers(UnusableFingers("too dry"))
    by = identity("rini", "supervisor")
    await flow.settles(f"identification:{id}", ResolutionReason.DONE_BY_HAND, by)

    await erase()
    waits = (await flow.case(id)).contact
    await _deliver(flow, mail=Sender())
    await erase()

    assert (waits, (await flow.case(id)).contact) == (MAIL, NO_CONTACT)
    assert (await _deliveries(flow, id))[-1] == ("identity_settled", "sent")


async def test_a_change_of_contact_says_in_the_history_that_and_not_what(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()

    await _changes_contact(workflow, id, MAIL)
    async with workflow.store.read() as records:
        last = (await records.history.of_case(id))[-1]

    assert last.event.value == "change_contact"
    assert MAIL.email not in repr(last)
    assert (await workflow.case(id)).contact == MAIL
    assert await workflow.state(id) is ApplicationState.IDENTIFYING
