"""What tests about emergency documents have in common."""

from dataclasses import replace
from typing import Any

from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.outage import OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.use_cases.emergency_document import (
    cancel_emergency_document,
    request_emergency_document,
)

from .people import identity
from .verifying import RENEWAL
from .workflow import Workflow

OTHER = Candidate("somebody-else", 12.0)
MOURNING = "travels to the funeral of her mother in Singapore on 28 October"
EMERGENCIES = OutagePolicy(
    tuple(
        replace(rule, verifies=frozenset({RENEWAL}), emergency_days=60)
        if rule.scope is OutageScope.MATCHER
        else rule
        for rule in DEFAULT_POLICY.rules
    )
)
"""Renewals go on by verification in outages of the matcher, emergency documents are made."""


async def must_travel(flow: Workflow, id: str, user: str = "siti") -> str:
    """An officer asks for an emergency document."""
    async with flow.store.begin() as records:
        case = await records.cases.get(id)
        await request_emergency_document(
            records, case, identity(user, "officer"), flow.now_is, MOURNING, flow.policy,
            flow.apply_transition,
        )  # fmt: skip
    return id


async def need_not_travel(flow: Workflow, id: str) -> None:
    """An officer takes that back."""
    async with flow.store.begin() as records:
        case = await records.cases.get(id)
        by = identity("siti", "officer")
        await cancel_emergency_document(
            records, case, by, flow.now_is, "the funeral was postponed", flow.apply_transition
        )


async def asks_in_an_outage(flow: Workflow, **application: Any) -> str:
    """Somebody applies while the matcher is out, and must travel."""
    await flow.declares(OutageScope.MATCHER)
    return await must_travel(flow, await flow.applies(**application))


async def is_approved_by_two(flow: Workflow, id: str) -> str:
    """Two supervisors approve one after the other; returns the application."""
    await flow.approves(id, "agus")
    return await flow.approves(id, "hadi")


async def has_emergency_document(
    flow: Workflow, handed_over_by: str = "siti", **application: Any
) -> str:
    """The same, and two supervisors approve, the book is made and handed over."""
    id = await is_approved_by_two(flow, await asks_in_an_outage(flow, **application))
    await flow.plans()
    await flow.job_is_done(id)
    await flow.hands_over(id, handed_over_by)
    return id


async def is_found_a_duplicate(flow: Workflow) -> str:
    """Budi and Dewi confirm that the holder of an emergency document is somebody else."""
    id = await has_emergency_document(flow, handed_over_by="wati")
    await flow.is_identified(OTHER)
    (task,) = [each for each in await flow.tasks() if each.closed_at is None]
    for examiner in ("budi", "dewi"):
        await flow.examines(task.id, examiner, Verdict.DUPLICATE)
    return id
