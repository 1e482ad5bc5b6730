"""A travel-ban list is used if its authority signed it, and read again when it has changed."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from issuance.clients.travel_ban_file import TravelBanFile, read_travel_ban_list
from issuance.domain.travel_ban import BannedPerson, MatchedBy, TravelBanHit, TravelBanRegister

KEY = Ed25519PrivateKey.generate()
BAN = {"reference": "B-1", "document_numbers": ["a1234567"], "names": ["Siti"], "born_on": None}


@pytest.fixture
def paths(tmp_path: Path) -> tuple[Path, Path]:
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "key.pem").write_bytes(public)
    return tmp_path / "bans.jws", tmp_path / "key.pem"


def issue(file: Path, day: int = 25, key: Ed25519PrivateKey = KEY, **changes: Any) -> None:
    issued = int(datetime(2018, 10, day, tzinfo=UTC).timestamp())
    claims = {"iat": issued, "bans": [BAN]} | changes
    written = file.with_suffix(".new")
    written.write_text(jwt.encode(claims, key, algorithm="EdDSA") + "\n")
    written.replace(file)


def names_the_document(register: TravelBanRegister | None) -> bool:
    applicant = BannedPerson("a", document_numbers=frozenset({"A1234567"}))
    return register is not None and bool(register.hits(applicant))


def test_a_list_is_read(paths: tuple[Path, Path]) -> None:
    issue(paths[0])

    register = read_travel_ban_list(*paths)

    assert register.issued_at == datetime(2018, 10, 25, tzinfo=UTC)
    assert names_the_document(register)


@pytest.mark.parametrize("field", ["identity_number", "personal_number"])
def test_a_nik_is_an_identity_number_wherever_it_stands(
    paths: tuple[Path, Path], field: str
) -> None:
    issue(paths[0], bans=[BAN, {"reference": "B-2", field: "6371016802900001"}])

    register = read_travel_ban_list(*paths)

    applicant = BannedPerson("a", identity_numbers=frozenset({"6371016802900001"}))
    assert register.hits(applicant) == (TravelBanHit("B-2", MatchedBy.IDENTITY_NUMBER),)
    assert not register.hits(BannedPerson("a", "6371016802900001"))
    assert names_the_document(register)


def test_a_personal_number_of_the_list_is_no_identity_number(paths: tuple[Path, Path]) -> None:
    issue(paths[0], bans=[{"reference": "B-2", "personal_number": "63710168029001"}])

    register = read_travel_ban_list(*paths)

    assert register.hits(BannedPerson("a", "63710168029001"))
    assert not register.hits(BannedPerson("a", identity_numbers=frozenset({"63710168029001", ""})))


@pytest.mark.parametrize(
    "changes",
    [
        {"key": Ed25519PrivateKey.generate()},
        {"iat": None},
        {"iat": "yesterday"},
        {"bans": None},
        {"bans": [{"names": ["Siti"]}]},
        {"bans": [BAN | {"born_on": "1990-02-31"}]},
        {"bans": [BAN | {"nickname": "S"}]},
        {"bans": [BAN | {"identity_number": "6" * 21}]},
    ],
)
def test_a_list_that_cannot_be_trusted_is_refused(
    paths: tuple[Path, Path], changes: dict[str, Any]
) -> None:
    issue(paths[0], **changes)

    with pytest.raises(ValueError, match=r"bans\.jws|validation error"):
        read_travel_ban_list(*paths)


def test_a_list_without_signature_is_refused(paths: tuple[Path, Path]) -> None:
    paths[0].write_text(jwt.encode({"iat": 1, "bans": []}, "", algorithm="none"))

    with pytest.raises(ValueError, match=r"bans\.jws"):
        read_travel_ban_list(*paths)


async def test_the_latest_list_that_can_be_used_is_in_use(paths: tuple[Path, Path]) -> None:
    bans = TravelBanFile(*paths)
    assert await bans.register() is None

    issue(paths[0], bans=[])
    assert not names_the_document(await bans.register())
    issue(paths[0], day=26)
    assert names_the_document(await bans.register())

    issue(paths[0], day=27, key=Ed25519PrivateKey.generate(), bans=[])
    assert names_the_document(await bans.register())
    issue(paths[0], day=24, bans=[])  # an old one, signed
    assert names_the_document(await bans.register())
    issue(paths[0], day=27, bans=[])
    assert not names_the_document(await bans.register())
