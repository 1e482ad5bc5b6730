"""Who the candidates of a page of tasks are now costs as many queries as that of one."""

from issuance.domain.adjudication_referral import Candidate

from .merging import ANI, BUDI, RENEWAL, is_linked
from .workflow import Workflow

CITRA = Candidate("citra", 9.0)


def _queries(statements: list[str]) -> list[str]:
    return [each for each in statements if "FROM person_merges" in each]


async def _renews_and_is(workflow: Workflow, *found: Candidate) -> None:
    first, last = found
    id = await workflow.applies(type=RENEWAL, person_id=first.person_id)
    await workflow.is_identified(first, last)
    await is_linked(workflow, last.person_id)
    await workflow.withdraws(id)


async def test_of_persons_who_are_still_themselves(
    workflow: Workflow, statements: list[str]
) -> None:
    persons = {f"person-{number}" for number in range(100)}

    statements.clear()
    async with workflow.store.read() as records:
        current = await records.person_merges.all_current(persons)

    assert current == {person: person for person in persons}
    assert len(_queries(statements)) == 1


async def test_of_persons_who_became_others(workflow: Workflow, statements: list[str]) -> None:
    await _renews_and_is(workflow, ANI, BUDI)
    await _renews_and_is(workflow, BUDI, CITRA)

    statements.clear()
    async with workflow.store.read() as records:
        current = await records.person_merges.all_current(["ani", "budi", "citra", "dewi"])

    assert current == {"ani": "citra", "budi": "citra", "citra": "citra", "dewi": "dewi"}
    assert len(_queries(statements)) == 3, "one for all, and one for each merge in turn"


async def test_of_nobody(workflow: Workflow, statements: list[str]) -> None:
    statements.clear()
    async with workflow.store.read() as records:
        current = await records.person_merges.all_current([])

    assert current == {}
    assert _queries(statements) == []
