"""What differs from the person's earlier passport is approved only with a reason."""

from typing import Any

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.document import HolderDiffers
from issuance.domain.states import ApplicationState
from issuance.holder_comparison import differing_fields
from passport.type.v1 import civil_pb2

from .people import identity
from .workflow import Workflow

RENEWAL = ApplicationType.RENEWAL


def _holder(primary: str = "RAHMAN", year: int = 1990, **changes: Any) -> bytes:
    name = civil_pb2.PersonName(primary=primary, secondary="SITI")
    born_on = civil_pb2.CalendarDate(year=year, month=2, day=28)
    sex = changes.pop("sex", civil_pb2.SEX_FEMALE)
    data = civil_pb2.BiographicData(name=name, born_on=born_on, sex=sex, **changes)
    return data.SerializeToString()


@pytest.mark.parametrize(
    ("new", "differing"),
    [
        (_holder(), ()),
        (_holder("Rahman "), ()),
        (_holder(birth_place="Jakarta", nationality="D"), ()),
        (_holder("HARTONO"), ("name",)),
        (_holder(year=1991), ("born_on",)),
        (_holder(sex=civil_pb2.SEX_UNSPECIFIED), ("sex",)),
        (_holder("HARTONO", 1991, sex=civil_pb2.SEX_MALE), ("name", "born_on", "sex")),
    ],
)
def test_name_birth_and_sex_are_compared(new: bytes, differing: tuple[str, ...]) -> None:
    assert differing_fields(_holder(), new) == differing


async def test_a_supervisor_says_why_the_name_differs(workflow: Workflow) -> None:
    first = await workflow.becomes_ready(holder=_holder())
    await workflow.hands_over(first)
    person = (await workflow.case(first)).person_id
    renewal = await workflow.applies(type=RENEWAL, person_id=person, holder=_holder("HARTONO"))
    await workflow.is_known(renewal)

    with pytest.raises(HolderDiffers) as refusal:
        await workflow.approves(renewal)
    await workflow.approves(renewal, reason="married, certificate 12/2018")

    assert (refusal.value.field, refusal.value.metadata) == ("reason", {"fields": "name"})
    assert await workflow.state(renewal) is ApplicationState.APPROVED
    async with workflow.store.read() as records:
        approval = (await records.history.of_case(renewal))[-1]
    assert approval.details.reason == "married, certificate 12/2018"


async def test_a_correction_is_compared_again(workflow: Workflow) -> None:
    first = await workflow.becomes_ready(holder=_holder())
    await workflow.hands_over(first)
    person = (await workflow.case(first)).person_id
    renewal = await workflow.brings_documents(
        type=RENEWAL, person_id=person, holder=_holder(year=1991)
    )

    mistyped = (await workflow.case(renewal)).holder_differences
    await workflow.corrects(renewal, _holder(), identity("siti", "officer"))

    assert mistyped == ("born_on",)
    assert (await workflow.case(renewal)).holder_differences == ()
