from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from issuance.clients.clearance_signing import ClearanceSigner
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.identified_by import IdentifiedBy
from issuance.domain.outbox import OutboxTask
from issuance.domain.outbox_task_kind import OutboxTaskKind

RELEASED = datetime(2018, 11, 5, 0, 30, 0, 250_000, tzinfo=UTC)


class _ThreeHoursLater:
    def now(self) -> datetime:
        return RELEASED + timedelta(hours=3)


@pytest.mark.parametrize("is_repeated", [True, False])
def test_however_late_and_often_it_is_signed(is_repeated: bool) -> None:
    assert _claims(is_repeated=is_repeated)["released_at"] == 1541377800.25
    assert _claims(is_repeated=is_repeated)["is_repeated"] is is_repeated


@pytest.mark.parametrize(
    ("identified_by", "claimed"),
    [(IdentifiedBy.FINGERPRINTS, "fingerprints"), (IdentifiedBy.NOT_YET, "not_yet")],
)
def test_and_by_what_its_holder_is_identified(identified_by: IdentifiedBy, claimed: str) -> None:
    assert _claims(identified_by=identified_by)["identified_by"] == claimed


def _claims(
    *, is_repeated: bool = False, identified_by: IdentifiedBy = IdentifiedBy.FINGERPRINTS
) -> dict[str, Any]:
    key = Ed25519PrivateKey.generate()
    task = OutboxTask(
        id="t", kind=OutboxTaskKind.PRINT, case="A-1", office="BJM",
        priority_class=PriorityClass.NORMAL, queue_number=1, request_id="r", payload=b"page",
        created_at=RELEASED,
    )  # fmt: skip
    signer = ClearanceSigner(key, "2018", _ThreeHoursLater(), timedelta(hours=720))

    token = signer.sign(task, "X0000001", is_repeated=is_repeated, identified_by=identified_by)
    claims: dict[str, Any] = jwt.decode(
        token, key.public_key(), algorithms=["EdDSA"], options={"verify_exp": False}
    )
    return claims
