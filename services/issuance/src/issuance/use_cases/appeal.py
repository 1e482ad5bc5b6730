"""A refusal is taken back on appeal: to the supervisors, or to other examiners."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from issuance.domain import case_decision, case_intake, case_printing, case_queue
from issuance.domain.actor import Actor
from issuance.domain.adjudication_task import Adjudication
from issuance.domain.case import Case
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails, HistoryEntry
from issuance.domain.office import Office
from issuance.domain.separation_of_duties import require_not_examined_by, require_separate_duties
from issuance.domain.transitions import IllegalTransition, find_transition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.create_application import require_no_open_application
from issuance.use_cases.discard_evidence import discard_evidence_on_appeal
from issuance.use_cases.promised_collection_date import promise_again

_BY_OTHER_EXAMINERS = frozenset({ApplicationEvent.REEXAMINE, ApplicationEvent.REEXAMINE_HOLDER})


async def appeal(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    offices: Mapping[str, Office],
    apply_transition: ApplyTransition,
    new_id: Callable[[], str],
    contact: Contact = NO_CONTACT,
) -> Case:
    """Reopen a refused case; what two examiners confirmed goes to other examiners.

    contact: in place of the earlier one, which may be erased; none leaves that as it is.
    One without fingerprints goes back to the decision on its identity.
    One that was refused before it was identified gives its fingerprints again, which the matcher
    never got. None after a supervisor refused a finished book, which is destroyed, since a printer
    makes one of an application; a book that was held for the examiners is as it was before they
    decided. One that was handed over before, an emergency document, is in nobody's safe and stays
    revoked: other examiners decide about its holder only, who can apply again once cleared.
    Raises IllegalTransition, NotPermitted, AtThePrinter, SeparationOfDuties, UnknownOffice,
    ApplicationOpen.
    """
    history = await records.history.of_case(case.id)
    event = _reopening(case, history)
    if case.book_serial and event not in _BY_OTHER_EXAMINERS:
        raise IllegalTransition(
            "its book was finished and revoked: apply again", state=case.state, event=event
        )
    find_transition(case.state, event, by.role)
    case_printing.require_not_printing(case)
    require_separate_duties(event, by.person, history)
    if event in _BY_OTHER_EXAMINERS:
        examiners = await records.adjudication_tasks.examiners_of(case.id)
        require_not_examined_by(by.person, examiners, event)
    await records.offices.require_not_removed(case.office)
    persons = await records.adjudication_tasks.persons_of(case)
    await require_no_open_application(records, persons, by)
    reopened = await _reopened(records, case, event, by, now, offices)
    if contact:
        reopened = case_intake.with_contact(reopened, contact, case.language)
    details = EventDetails(reason=reason)
    reopened = await apply_transition(records, reopened, event, by, now, details)
    if event in _BY_OTHER_EXAMINERS:
        await _open_again(records, case, now, new_id)
    return await discard_evidence_on_appeal(
        records, reopened, history, now, reason, apply_transition, new_id
    )


def _reopening(case: Case, history: Sequence[HistoryEntry]) -> ApplicationEvent:
    if case.without_fingerprints:
        return ApplicationEvent.REVIEW_IDENTITY
    refusals = (ApplicationEvent.CONFIRM_DUPLICATE, ApplicationEvent.REFUSE)
    refusal = next((e.event for e in reversed(history) if e.event in refusals), None)
    if refusal is ApplicationEvent.CONFIRM_DUPLICATE:
        handed_over = case.handed_over_at is not None
        return ApplicationEvent.REEXAMINE_HOLDER if handed_over else ApplicationEvent.REEXAMINE
    if case.identification_due:
        return ApplicationEvent.REOPEN_UNIDENTIFIED
    return ApplicationEvent.REOPEN


async def _reopened(
    records: Records,
    case: Case,
    event: ApplicationEvent,
    by: Actor,
    now: datetime,
    offices: Mapping[str, Office],
) -> Case:
    if event is ApplicationEvent.REEXAMINE_HOLDER:
        return case_decision.reexamined_after_the_hand_over(case, by.person)
    promise = await promise_again(records, offices[case.office], case, now)
    has_portrait = await records.portraits.is_stored(case.id)
    reopened = case_decision.reopened(case, promise, by.person, has_portrait=has_portrait)
    if event is ApplicationEvent.REOPEN_UNIDENTIFIED:
        return case_queue.no_longer_complete(reopened)
    return reopened


async def _open_again(
    records: Records, case: Case, now: datetime, new_id: Callable[[], str]
) -> None:
    last = (await records.adjudication_tasks.of_case(case.id))[-1]
    again = replace(
        last, id=new_id(), opened_at=now, closed_at=None,
        adjudication=Adjudication(frozenset(), clearances_needed=2),
    )  # fmt: skip
    await records.adjudication_tasks.add(again)
