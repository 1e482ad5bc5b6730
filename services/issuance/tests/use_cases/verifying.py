"""What tests about applicants who are verified only have in common."""

from dataclasses import replace

from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.outage import OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy
from issuance.domain.states import ApplicationState
from issuance.use_cases.verify import record_verifications

from .workflow import Workflow

OTHER = Candidate("somebody-else", 12.0)
RENEWAL = ApplicationType.RENEWAL
RENEWALS_GO_ON = OutagePolicy(
    tuple(
        replace(rule, verifies=frozenset({RENEWAL})) if rule.scope is OutageScope.MATCHER else rule
        for rule in DEFAULT_POLICY.rules
    )
)
"""Renewals go on by verification in outages of the matcher."""


async def is_verified_only(flow: Workflow, person_id: str = "ani") -> str:
    """Somebody renews while the matcher can only verify, and matches their own record."""
    await flow.declares(OutageScope.MATCHER)
    id = await flow.applies(type=RENEWAL, person_id=person_id)
    await flow.is_verified()
    assert await flow.state(id) is ApplicationState.AWAITING_APPROVAL
    return id


async def is_printed_unidentified(flow: Workflow, person_id: str = "ani") -> str:
    """The same, and the passport is printed."""
    id = await is_verified_only(flow, person_id)
    await flow.is_released(id)
    await flow.job_is_done(id)
    return id


async def restarts(flow: Workflow) -> None:
    """A replica starts, under the policy of now: it asks for what can be verified since."""
    await record_verifications(flow.store, flow.apply_transition)


async def is_decided(flow: Workflow, verdict: Verdict, person_id: str = "") -> None:
    """Two examiners give this verdict about the only adjudication task."""
    (task,) = await flow.tasks()
    for examiner in ("budi", "dewi"):
        await flow.examines(task.id, examiner, verdict, person_id)


async def is_reopened_and_identified(
    flow: Workflow, person_id: str = "ani", found: str = "ani"
) -> str:
    """The same, who is refused, appeals, and is identified by the next fingers."""
    id = await is_verified_only(flow, person_id)
    await flow.refuses(id)
    await flow.appeals(id)
    await flow.gives_fingers(id)
    await flow.is_interviewed(id)
    await flow.is_identified(Candidate(found, 14.0))
    return id
