"""The check against the travel-ban list, and how an application is held and cleared."""

from datetime import datetime, timedelta

import structlog

from issuance.domain import case_decision
from issuance.domain.actor import ISSUANCE, Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.separation_of_duties import require_separate_duties
from issuance.domain.states import ApplicationState
from issuance.domain.transitions import find_transition
from issuance.domain.travel_ban import BannedPerson, NotHeld, TravelBanHit
from issuance.holder_names import holder_born_on, holder_names, holder_personal_number
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.ports import TravelBanList

CHECKED = frozenset(
    {
        ApplicationState.AWAITING_APPROVAL,
        ApplicationState.APPROVED,
        ApplicationState.PRINT_FAILED,
        ApplicationState.READY,
    }
)
"""States in which an application is held if its applicant is on the list."""
_log = structlog.get_logger(__name__)


class TravelBans:
    """Checks applicants against the list, and holds applications. travel_ban_list: None: no list.

    longest_age: of a list that is relied on, business time.
    """

    def __init__(
        self,
        travel_ban_list: TravelBanList | None,
        longest_age: timedelta,
        apply_transition: ApplyTransition,
    ) -> None:
        self._list = travel_ban_list
        self._longest_age = longest_age
        self._apply_transition = apply_transition

    async def is_current(self, now: datetime) -> bool:
        """Return whether there is a list that may be relied on; without a list to check, yes."""
        if self._list is None:
            return True
        register = await self._list.register()
        return register is not None and register.is_current(now, self._longest_age)

    async def hold_if_banned(self, records: Records, case: Case, now: datetime) -> Case:
        """Return the case, held if the list has its applicant and nobody cleared that entry."""
        if self._list is None or case.state not in CHECKED:
            return case
        register = await self._list.register()
        if register is None:
            return case
        hits = register.hits(await _applicant(records, case))
        new = tuple(hit for hit in hits if hit.reference not in case.travel_bans_known)
        if not new:
            return case
        _log.warning("application_held", application_id=case.id)
        return await self._apply_transition(
            records,
            case_decision.held(case, [hit.reference for hit in new]),
            ApplicationEvent.HOLD,
            ISSUANCE,
            now,
            EventDetails(reason=_in_words(new)),
        )


async def clear_travel_ban(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Clear a held case: the entries of the list are not its applicant, or do not matter.

    Raises IllegalTransition, NotPermitted, SeparationOfDuties, NotHeld.
    """
    find_transition(case.state, ApplicationEvent.CLEAR_HOLD, by.role)
    history = await records.history.of_case(case.id)
    require_separate_duties(ApplicationEvent.CLEAR_HOLD, by.person, history)
    if not case.is_held:
        raise NotHeld("the application is not held")
    details = EventDetails(reason=reason)
    return await apply_transition(
        records, case_decision.cleared(case), ApplicationEvent.CLEAR_HOLD, by, now, details
    )


async def _applicant(records: Records, case: Case) -> BannedPerson:
    documents = await records.documents.of_person(case.person_id)
    return BannedPerson(
        reference=case.id,
        personal_number=holder_personal_number(case.holder),
        identity_numbers=await records.cases.identity_numbers(case.person_id),
        document_numbers=frozenset(document.number for document in documents),
        names=holder_names(case.holder),
        born_on=holder_born_on(case.holder),
    )


def _in_words(hits: tuple[TravelBanHit, ...]) -> str:
    entries = ", ".join(f"{hit.reference} ({hit.matched_by})" for hit in hits)
    return f"travel-ban list: {entries}"
