"""What came out when a recorded decision was made again?"""

from dataclasses import dataclass
from enum import StrEnum


class ReplayResult(StrEnum):
    """Whether a decision made again is the recorded one, from the most harmless result up.

    SAME: it is. OTHER_MODELS: other models than the present ones made it. NOT_REPLAYABLE: it was
    recorded before records held all that is needed. PURGED: fingers that it rests on were deleted
    since. CHANGED_SINCE: records that it rests on were changed since, which explains the
    difference. DIFFERENT: nothing explains the difference.
    """

    SAME = "SAME"
    OTHER_MODELS = "OTHER_MODELS"
    NOT_REPLAYABLE = "NOT_REPLAYABLE"
    PURGED = "PURGED"
    CHANGED_SINCE = "CHANGED_SINCE"
    DIFFERENT = "DIFFERENT"


SEVERITY = {result: number for number, result in enumerate(ReplayResult)}
"""Results by how much they matter, rising."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The result of one replay. detail: what is not the same, in words; empty if all is."""

    decision_id: str
    result: ReplayResult
    detail: str = ""
