"""Outbox task NOTIFY: deliver the latest notice to an applicant who gave a contact."""

from servicekit.process.clock import Clock
from servicekit.process.failpoint import failpoint

from issuance.domain.case import Case
from issuance.domain.contact import Contact
from issuance.domain.notice_delivery import NoticeDelivery, NoticeMessage, is_outdated, subject
from issuance.domain.outbox import OutboxTask
from issuance.store.notice_records import NoticeRecord
from issuance.store.records import Store
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.ports import NoticeRefused, NoticeSender


class DeliverNotice:
    """Does one task. Without a way to the applicant the office tells the notice.

    mail: for those with an e-mail address. file: for all others, and without mail for those too.
    None: not set up.
    """

    def __init__(
        self,
        store: Store,
        offices: OfficeDirectory,
        mail: NoticeSender | None,
        file: NoticeSender | None,
        clock: Clock,
    ) -> None:
        self._store = store
        self._offices = offices
        self._mail = mail
        self._file = file
        self._clock = clock

    async def __call__(self, task: OutboxTask) -> None:
        """Attempt the task once. Raises Unavailable."""
        async with self._store.read() as records:
            case = await records.cases.get(task.case)
            await self._offices.know(records, case.office)
            found = await records.notices.get(task.request_id)
        delivery, problem = await self._deliver(case, found)
        failpoint("notify.after_call")
        async with self._store.begin() as records:
            # Also of a task that was replaced meanwhile: its notice was sent.
            await records.outbox.complete(task)
            await records.notices.record_delivery(found.id, delivery, self._clock.now(), problem)

    async def _deliver(self, case: Case, found: NoticeRecord) -> tuple[NoticeDelivery, str]:
        sender = self._sender(case.contact)
        if is_outdated(found.notice.kind, case):
            return NoticeDelivery.OUTDATED, ""
        if sender is None:
            return NoticeDelivery.IN_PERSON, ""
        try:
            await sender.send(self._message(case, found))
        except NoticeRefused as refusal:
            return NoticeDelivery.REFUSED, str(refusal)
        return NoticeDelivery.SENT, ""

    def _sender(self, contact: Contact) -> NoticeSender | None:
        if contact.email and self._mail:
            return self._mail
        return self._file if contact else None

    def _message(self, case: Case, found: NoticeRecord) -> NoticeMessage:
        language = case.language or self._offices[case.office].languages[0]
        return NoticeMessage(
            id=found.id,
            application=case.id,
            kind=found.notice.kind,
            contact=case.contact,
            language=language,
            subject=subject(case.reference).in_language(language),
            text=found.notice.text.in_language(language),
            at=found.at,
        )
