import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from printer.domain.attribution import Attribution
from printer.domain.errors import SecondPersonRequired
from printer.domain.trusted_key import TrustPeriod
from printer.domain.two_persons import Proposal
from printer.trusted_keys import trusted_key_pem
from printer.use_cases.clearance_validity import ClearanceValidity
from printer.use_cases.put_trusted_key import trust_key, withdraw_trust
from servicekit.errors import InvalidRequest, NotPermitted

from .print_room import ISSUANCE, PrintRoom

OLD, NEW, OTHER = (Ed25519PrivateKey.generate().public_key() for _ in range(3))
OLD_PEM, NEW_PEM, OTHER_PEM = map(trusted_key_pem, (OLD, NEW, OTHER))


async def _trust(
    room: PrintRoom,
    by: Attribution,
    pem: str = NEW_PEM,
    kid: str = "2019",
    reason: str = "yearly rotation",
) -> Proposal | None:
    async with room.store.begin() as records:
        return await trust_key(records, kid, pem, reason, by)


async def _withdraw(room: PrintRoom, by: Attribution, kid: str) -> None:
    async with room.store.begin() as records:
        await withdraw_trust(records, kid, "its owner lost it", by)


async def _periods(room: PrintRoom) -> list[TrustPeriod]:
    async with room.store.read() as records:
        return await ClearanceValidity("BJM", {"2018": OLD}).trust_periods(records)


async def _trusted(room: PrintRoom) -> dict[str, str]:
    return {each.kid: each.public_key_pem for each in await _periods(room) if not each.ended}


async def test_one_person_only_proposes_it(room: PrintRoom) -> None:
    proposal = await _trust(room, room.by("siti", role="administrator"))

    assert proposal is not None
    assert "another person than siti to confirm: print what is cleared" in proposal.waiting_for
    with pytest.raises(SecondPersonRequired):
        await _trust(room, room.by("siti", office="MTP", role="administrator"))
    assert await _trusted(room) == {"2018": OLD_PEM}


async def test_another_one_must_name_the_same_key(room: PrintRoom) -> None:
    await _trust(room, room.by("siti"))

    assert await _trust(room, room.by("budi"), pem=OTHER_PEM) is not None
    assert await _trust(room, room.by("budi"), kid="2020") is not None
    assert await _trusted(room) == {"2018": OLD_PEM}
    assert await _trust(room, room.by("budi")) is None
    assert await _trusted(room) == {"2018": OLD_PEM, "2019": NEW_PEM}


async def test_to_withdraw_it_takes_one_and_to_trust_it_again_two(room: PrintRoom) -> None:
    await _withdraw(room, room.by("siti"), "2018")
    assert await _trusted(room) == {}

    await _trust(room, room.by("siti"), pem=OLD_PEM, kid="2018")
    assert await _trusted(room) == {}

    await _trust(room, room.by("budi"), pem=OLD_PEM, kid="2018")
    assert await _trusted(room) == {"2018": OLD_PEM}


async def test_who_trusted_which_until_when_is_kept(room: PrintRoom) -> None:
    await _trust(room, room.by("siti"))
    room.seconds = 60.0
    await _trust(room, room.by("budi"))
    room.seconds = 120.0
    await _withdraw(room, room.by("dewi"), "2018")

    old, new = await _periods(room)

    assert (old.kid, old.public_key_pem, old.began) == ("2018", OLD_PEM, None)
    assert old.ended is not None
    assert (old.ended.by, old.ended.reason) == (room.by("dewi"), "its owner lost it")
    assert (new.kid, new.public_key_pem, new.ended) == ("2019", NEW_PEM, None)
    assert new.began is not None
    assert "user/budi" in new.began.by.who
    assert "user/siti" in new.began.proposed_by
    assert (new.began.by.at - old.ended.by.at).total_seconds() == -60.0


@pytest.mark.parametrize(
    ("confirmed", "kept"), [("", "yearly rotation"), ("as ordered", "as ordered")]
)
async def test_the_reason_is_that_of_who_confirms_or_else_of_who_proposed(
    room: PrintRoom, confirmed: str, kept: str
) -> None:
    await _trust(room, room.by("siti"))
    await _trust(room, room.by("budi"), reason=confirmed)

    _, new = await _periods(room)

    assert new.began is not None
    assert new.began.reason == kept


async def test_no_service_decides_it_and_nothing_else_is_a_key(room: PrintRoom) -> None:
    with pytest.raises(NotPermitted):
        await _trust(room, Attribution(ISSUANCE, room.now()))
    with pytest.raises(InvalidRequest) as refusal:
        await _trust(room, room.by("siti"), pem="no key")

    assert refusal.value.field == "public_key_pem"
