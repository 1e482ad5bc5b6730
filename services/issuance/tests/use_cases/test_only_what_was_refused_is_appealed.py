import pytest
from issuance.domain.transitions import IllegalTransition

from .workflow import Workflow


async def test_who_was_never_refused_cannot_appeal(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_known(id)

    with pytest.raises(IllegalTransition):
        await workflow.appeals(id)
