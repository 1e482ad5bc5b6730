"""What must a reader of a decision know about the encounters that it rests on?"""

from collections.abc import Iterable

from matcher.domain.decision import Caveat
from matcher.domain.encounter import EncounterStatus

_OF_PROBE = {
    EncounterStatus.PENDING: Caveat.PROBE_PENDING,
    EncounterStatus.FRAUD: Caveat.PROBE_FRAUD,
    EncounterStatus.INACTIVE: Caveat.INACTIVE,
}
_OF_REFERENCE = {
    EncounterStatus.PENDING: Caveat.REFERENCE_PENDING,
    EncounterStatus.FRAUD: Caveat.REFERENCE_FRAUD,
    EncounterStatus.INACTIVE: Caveat.INACTIVE,
}


def caveats_of(
    probe: Iterable[EncounterStatus],
    reference: Iterable[EncounterStatus],
    *,
    same_encounter: bool = False,
) -> tuple[Caveat, ...]:
    """Return the caveats that follow from the statuses of the encounters on both sides.

    same_encounter: whether one was on both sides, and was left out of one of them.
    """
    found = {_OF_PROBE[status] for status in probe if status in _OF_PROBE}
    found |= {_OF_REFERENCE[status] for status in reference if status in _OF_REFERENCE}
    if same_encounter:
        found.add(Caveat.SAME_ENCOUNTER)
    return tuple(sorted(found))
