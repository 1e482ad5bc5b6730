"""An update replaces all fingers or all galleries; searches see it, older decisions do not."""

from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from passport.matcher.v1 import encounters_pb2 as pb
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, hits, refusal
from .matcher_process import TIMEOUT_SECONDS
from .people import fingers, given

BANDAGED = b.FingerSample(
    position=b.FINGER_POSITION_LEFT_RING, missing_reason=b.MISSING_REASON_BANDAGED
)


SLAP = b.SlapSample(
    position=b.SLAP_POSITION_RIGHT_FOUR,
    image=b.FingerImage(data=b"image", format=b.IMAGE_FORMAT_PNG, ppi=500),
)


async def update(caller: Caller, name: str, *paths: str, **fields: Any) -> pb.Encounter:
    request = pb.UpdateEncounterRequest(
        **{"request_id": str(uuid4())} | fields,
        encounter_id=name,
        update_mask=FieldMask(paths=paths),
    )
    answer: pb.Encounter = await caller.encounters.UpdateEncounter(request, timeout=TIMEOUT_SECONDS)
    return answer


async def test_other_fingers_are_found_and_the_old_ones_are_not(
    issuance: Caller, someone: int
) -> None:
    name, person = f"{someone}", f"person-of-{someone}"
    await issuance.enrol(name, [*fingers(someone), BANDAGED])
    checked = await issuance.enrol(f"{name}-b", fingers(someone, impression=1), check=True)

    updated = await update(
        issuance, name, "samples", samples=[*fingers(someone + 1, positions=(1,)), BANDAGED]
    )

    old = await issuance.identify(given(fingers(someone, impression=2)))
    new = await issuance.identify(given(fingers(someone + 1, impression=1, positions=(1,))))
    draw = issuance.draw(checked.decision.decision_id, person)
    assert (updated.revision, updated.status) == (2, pb.ENCOUNTER_STATUS_ACTIVE)
    assert [(f.position, f.missing_reason) for f in updated.fingers] == [(1, 0), (9, 2)]
    assert updated == await issuance.get(name)
    assert hits(checked.decision) == [person]
    assert hits(old) == [f"person-of-{name}-b"]
    assert hits(new) == [person]
    assert (await refusal(draw)).reason == "EVIDENCE_GONE"


async def test_galleries_are_replaced_and_fingers_stay(issuance: Caller, someone: int) -> None:
    name = f"{someone}"
    before = (await issuance.enrol(name, fingers(someone))).encounter

    both = await update(issuance, name, "galleries", galleries=["watchlist", "diplomats"])
    none = await update(issuance, name, "galleries", samples=fingers(someone + 1))

    assert list(both.galleries) == ["diplomats", "watchlist"]
    assert (list(none.galleries), none.revision) == ([], 3)
    assert none.fingers == before.fingers


async def test_a_repeated_request_updates_once(issuance: Caller, someone: int) -> None:
    name = f"{someone}"
    await issuance.enrol(name, fingers(someone))

    first = await update(
        issuance, name, "galleries", galleries=["a"], request_id=f"request-{someone}"
    )
    again = await update(
        issuance, name, "galleries", galleries=["a"], request_id=f"request-{someone}"
    )

    assert again == first
    assert (await issuance.get(name)).revision == 2


@pytest.mark.parametrize(
    ("paths", "fields", "reason", "field"),
    [
        ((), {}, "INVALID_REQUEST", "update_mask"),
        (("status",), {}, "INVALID_REQUEST", "update_mask"),
        (("samples",), {}, "INVALID_REQUEST", "samples"),
        (("samples",), {"samples": [BANDAGED]}, "INVALID_REQUEST", "samples"),
        (("samples",), {"slaps": [SLAP]}, "BAD_IMAGE", "slaps[0].image"),
        (("galleries",), {"galleries": ["a"], "revision": 7}, "STALE_REVISION", "revision"),
        (("galleries",), {"galleries": ["a b"]}, "INVALID_REQUEST", "galleries[0]"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    issuance: Caller,
    someone: int,
    paths: tuple[str, ...],
    fields: dict[str, Any],
    reason: str,
    field: str,
) -> None:
    before = (await issuance.enrol(f"{someone}", fingers(someone))).encounter

    refused = await refusal(update(issuance, f"{someone}", *paths, **fields))

    assert (refused.reason, refused.fields) == (reason, [field])
    assert await issuance.get(f"{someone}") == before
