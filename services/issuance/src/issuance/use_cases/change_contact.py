"""An applicant is notified in another way than before."""

from datetime import datetime

from issuance.domain import case_intake
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.contact import Contact
from issuance.domain.events import ApplicationEvent
from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import IllegalTransition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.send_notices import delivery_task


async def change_contact(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    contact: Contact,
    language: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Change contact and language; have the latest notice delivered that could not be.

    The history says that it was changed, and not to what, since contacts are erased. After the
    hand-over only until the holder of an emergency document is identified.
    Raises IllegalTransition, NotPermitted.
    """
    if case.state is ApplicationState.HANDED_OVER and not case.has_unidentified_holder:
        raise IllegalTransition(
            "the applicant is notified of nothing more",
            state=case.state,
            event=ApplicationEvent.CHANGE_CONTACT,
        )
    changed = await apply_transition(
        records,
        case_intake.with_contact(case, contact, language),
        ApplicationEvent.CHANGE_CONTACT,
        by,
        now,
    )
    latest = await records.notices.latest(case.id)
    if latest and latest.delivery is NoticeDelivery.REFUSED:
        if contact:
            await records.notices.record_delivery(latest.id, NoticeDelivery.PENDING, None)
            await records.outbox.replace([delivery_task(latest.id, case.id, case.office, now)])
        else:
            await records.notices.record_delivery(latest.id, NoticeDelivery.IN_PERSON, now)
    return changed
