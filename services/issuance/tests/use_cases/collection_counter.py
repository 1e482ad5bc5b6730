"""The counter where passports are collected, with the finger checks of its office."""

from issuance.domain.finger_check import FingerCheckPolicy
from issuance.domain.fingers import FingerPosition
from issuance.use_cases.check_fingers import CheckFingers, PresentedFingers
from issuance.use_cases.hand_over import PassportCollection, hand_over, waive_finger_check
from issuance.use_cases.ports import FingerMatcher

from .people import identity
from .workflow import Workflow

OWN, ANOTHERS = b"own", b"another's"
HOLDER = PassportCollection("Rahmawati")
INDEX = FingerPosition.RIGHT_INDEX


class CollectionCounter:
    """Hands passports over, with a finger check or without. policy: of all offices."""

    def __init__(
        self, workflow: Workflow, policy: FingerCheckPolicy, matcher: FingerMatcher
    ) -> None:
        self._workflow = workflow
        self._policy = policy
        self._check = CheckFingers(
            workflow.store, matcher, policy, workflow.apply_transition, workflow, 5.0
        )

    async def hands_over(
        self,
        id: str,
        fingers: bytes = b"",
        *,
        user: str = "rahmat",
        collection: PassportCollection = HOLDER,
        request: str = "",
        revision: int = 0,
        positions: tuple[FingerPosition, ...] = (INDEX,),
    ) -> None:
        """An officer hands a passport over, with these fingers or without."""
        flow, by = self._workflow, identity(user, "officer")
        presented = PresentedFingers(
            request or flow.new_id(), positions if fingers else (), fingers, revision
        )
        found = await self._check(id, by, collection, presented, 5.0)
        async with flow.store.begin() as records:
            case = await records.cases.get(id)
            await hand_over(
                records, case, by, flow.now_is, collection, self._policy, found,
                flow.apply_transition,
            )  # fmt: skip

    async def waives(self, id: str, user: str = "hadi") -> None:
        """A supervisor waives the check."""
        flow = self._workflow
        async with flow.store.begin() as records:
            case = await records.cases.get(id)
            await waive_finger_check(
                records, case, identity(user, "supervisor"), flow.now_is, "by passport photo",
                self._policy, flow.apply_transition,
            )  # fmt: skip
