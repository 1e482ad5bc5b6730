"""A child's application names its guardians, and its book ends five years after its issue."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import documents_pb2

from .callers import Refused
from .contract_values import a_holder, calendar_date, day
from .country import Country

CHILD = a_holder(born_on=calendar_date("2010-05-04"))
MOTHER = apps.Guardian(
    name="Nur Rahmawati",
    identity_number="6371014107850001",
    relation=apps.GUARDIAN_RELATION_MOTHER,
    consents=True,
)


async def test_a_childs_passport_ends_five_years_after_its_issue(country: Country) -> None:
    application = await country.applies(
        holder=CHILD,
        shown={"guardians": [MOTHER]},
        interview={"guardian_present": apps.GUARDIAN_RELATION_MOTHER},
    )
    id = application.application_id
    await country.approves(id)
    ready = await country.reaches(id, "READY")

    request = documents_pb2.GetDocumentRequest(document_number=ready.document_number)
    document = await country.officer("GetDocument", request)

    assert list(ready.guardians) == [MOTHER]
    assert day(country.printer.last_days[id]) == "2023-10-26"
    assert day(ready.expires_on) == day(document.expires_on) == "2023-10-26"


@pytest.mark.parametrize(
    ("guardian", "reason", "field"),
    [
        (None, "GUARDIAN_REQUIRED", "guardians"),
        ({"consents": False}, "GUARDIAN_CONSENT_MISSING", "guardians[0].consents"),
        ({"name": "Сити"}, "INVALID_REQUEST", "guardians[0].name"),
        ({"identity_number": "6371 0141"}, "INVALID_REQUEST", "guardians[0].identity_number"),
    ],
)
async def test_a_refused_guardian_is_named_by_its_field(
    country: Country, guardian: dict[str, object] | None, reason: str, field: str
) -> None:
    id = (await country.takes_in(holder=CHILD)).application_id
    given = []
    if guardian is not None:
        fields = {
            "name": MOTHER.name, "identity_number": MOTHER.identity_number,
            "relation": MOTHER.relation, "consents": True,
        }  # fmt: skip
        given.append(apps.Guardian(**(fields | guardian)))  # type: ignore[arg-type]
    request = apps.AcceptDocumentsRequest(application_id=id, guardians=given)

    with pytest.raises(Refused) as refused:
        await country.officer("AcceptDocuments", request)

    assert (refused.value.code, refused.value.reason, refused.value.field) == (
        "INVALID_ARGUMENT", reason, field,
    )  # fmt: skip
    assert await country.history(id) == ["create"]


async def test_a_flood_that_a_supervisor_accepted_stands_in_the_application(
    country: Country,
) -> None:
    taken_in = await country.takes_in(type=apps.APPLICATION_TYPE_REPLACEMENT_LOST, person_id="ani")
    accept = apps.AcceptForceMajeureRequest(
        application_id=taken_in.application_id, reason="flood of Martapura"
    )

    with pytest.raises(Refused) as refused:
        await country.officer("AcceptForceMajeure", accept)
    accepted = await country.supervisor("AcceptForceMajeure", accept)

    assert refused.value.reason == "NOT_PERMITTED"
    assert accepted.force_majeure == "flood of Martapura"
