"""Is a finger that a decision rests on still stored, as it was when that was decided?"""

from collections.abc import Sequence
from dataclasses import dataclass

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import ProbeFinger
from matcher.domain.encounter import Encounter, StoredTemplate
from matcher.domain.errors import EncounterNotFound, EvidenceGone
from matcher.domain.finger import FingerImage
from matcher.domain.office_scope import ALL_OFFICES
from matcher.store.store import Store


@dataclass(frozen=True, slots=True)
class StoredImpression:
    """A stored finger. image: None if it has none that can be read."""

    encounter: Encounter
    template: bytes
    template_sha256: bytes
    image: FingerImage | None


async def stored_impression(
    store: Store,
    encounter_id: str | None,
    position: int,
    recorded: Sequence[ProbeFinger],
    state: ChangeToken,
) -> StoredImpression:
    """Return a finger as it was in the state of the database that was searched.

    recorded: impressions that the decision names by the hash of their template. Raises
    EvidenceGone.
    """
    if encounter_id is None:
        raise EvidenceGone("these fingers came with the call and belong to no encounter")
    async with store.read() as records:
        try:
            encounter = await records.encounters.get(encounter_id, ALL_OFFICES)
        except EncounterNotFound:
            raise EvidenceGone(
                "the encounter was deleted since", encounter_id=encounter_id
            ) from None
        if await records.encounters.are_fingers_newer(encounter_id, state):
            raise EvidenceGone("the fingers were replaced since", encounter_id=encounter_id)
        templates = await records.encounters.templates([encounter_id])
        image = await records.encounters.image(encounter_id, position)
    for stored in templates:
        if stored.position == position:
            _require_same(stored, recorded)
            return StoredImpression(encounter, stored.template, stored.sha256, image)
    raise EvidenceGone("the encounter has no such finger", encounter_id=encounter_id)


def _require_same(stored: StoredTemplate, recorded: Sequence[ProbeFinger]) -> None:
    """Raise EvidenceGone if the decision names another template of this finger."""
    # A verification reads its state after the templates, so a change between is not newer than it.
    for each in recorded:
        is_named = (each.encounter_id, each.position) == (stored.encounter_id, stored.position)
        if is_named and each.template_sha256 != stored.sha256.hex():
            raise EvidenceGone("the fingers were replaced since", encounter_id=stored.encounter_id)
