"""One contract for both kinds of master key: in clear in its file, or encrypted by a token."""

import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from matcher.__main__ import main
from matcher.domain.office_scope import ALL_OFFICES
from matcher.store.encryption import MasterKey, UndecryptableData
from matcher.store.master_key_file import create_master_key, read_master_key

from . import softhsm
from .store_and_index import enrol, finger, opened

Token = Callable[[str], str | None]


@pytest.fixture(params=["file", pytest.param("token", marks=pytest.mark.system)])
def token(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Token:
    """Gives the URI of a key of a token, or None for the kind without a token."""
    if request.param == "file":
        return lambda _name: None
    softhsm.make_token(tmp_path, monkeypatch.setenv)
    return lambda name: softhsm.uri(tmp_path, name)


def _made(path: Path, token_uri: str | None) -> MasterKey:
    options = ["--token", token_uri] if token_uri else []
    main(["new-master-key", str(path), *options])
    return read_master_key(path, token_uri)


def test_it_is_made_once_and_must_be_private(token: Token, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    made = _made(path, token("one"))

    with pytest.raises(SystemExit):
        _made(path, token("one"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(made.key_id) == 16
    assert read_master_key(path, token("one")).key_id == made.key_id
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        read_master_key(path, token("one"))


def test_a_file_of_something_else_is_refused(token: Token, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    path.write_bytes(b"short")
    path.chmod(0o600)

    with pytest.raises(ValueError, match="master key"):
        read_master_key(path, token("one"))


def test_what_is_sealed_opens_under_its_key_and_name_only(token: Token, tmp_path: Path) -> None:
    one, other = (_made(tmp_path / f"{name}.key", token("one")) for name in ("one", "other"))
    sealed = one.seal(b"request", "name")

    assert one.open(sealed, "name") == b"request"
    for key, name, data in (
        (one, "another name", sealed),
        (other, "name", sealed),
        (one, "name", sealed[:-1]),
        (one, "name", b""),
        (one, "name", bytes(np.bitwise_xor(np.frombuffer(sealed, np.uint8), 1))),
    ):
        with pytest.raises(UndecryptableData):
            key.open(data, name)


def test_one_in_use_is_taken_over_by_the_other_kind(token: Token, tmp_path: Path) -> None:
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    before = _made(old, None)

    create_master_key(new, token("one"), old)

    assert read_master_key(new, token("one")).key_id == before.key_id


def test_one_that_others_may_read_is_not_taken_over(token: Token, tmp_path: Path) -> None:
    old, new = tmp_path / "old.key", tmp_path / "new.key"
    _made(old, None)
    old.chmod(0o644)

    with pytest.raises(ValueError, match=f"chmod 600 {old}"):
        create_master_key(new, token("one"), old)

    assert not new.exists()


async def test_what_was_stored_is_read_after_a_restart(token: Token, tmp_path: Path) -> None:
    _made(tmp_path / "master.key", token("one"))
    async with opened(tmp_path, master_key_token=token("one")) as base:
        await enrol(base, 1)

    async with (
        opened(tmp_path, master_key_token=token("one")) as base,
        base.store.read() as records,
    ):
        (stored,) = await records.encounters.templates(["encounter-1"])
        found = await records.encounters.get("encounter-1", ALL_OFFICES)

    assert stored.template == finger(1).template
    assert found.person_id == "person-1"


class TestWithAToken:
    """What only a key under a token has to do."""

    pytestmark = pytest.mark.system

    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        softhsm.make_token(tmp_path, monkeypatch.setenv)
        return tmp_path

    def test_its_file_is_worth_nothing_without_the_token(self, folder: Path) -> None:
        path, uri = folder / "master.key", softhsm.uri(folder, "one")
        _made(path, uri)

        with pytest.raises(ValueError, match="set master_key_token"):
            read_master_key(path)
        with pytest.raises(ValueError, match="PKCS#11 token"):
            read_master_key(path, softhsm.uri(folder, "other"))
        with pytest.raises(ValueError, match="PKCS#11 token"):
            read_master_key(path, softhsm.uri(folder, "missing"))
        (folder / "pin").write_text("9999\n")
        with pytest.raises(ValueError, match="PKCS#11 token"):
            read_master_key(path, uri)

    def test_a_file_in_clear_is_no_encrypted_one(self, folder: Path) -> None:
        path = folder / "master.key"
        _made(path, None)

        with pytest.raises(ValueError, match="in clear"):
            read_master_key(path, softhsm.uri(folder, "one"))

    def test_one_that_the_token_does_not_give_back_is_not_written(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from matcher.store.token_key import TokenKey

        monkeypatch.setattr(TokenKey, "decrypt", lambda _self, _encrypted: bytes(32))

        with pytest.raises(ValueError, match="no key was written"):
            create_master_key(folder / "master.key", softhsm.uri(folder, "one"))

        assert not (folder / "master.key").exists()

    def test_two_files_of_one_master_key_are_not_alike(self, folder: Path) -> None:
        old, uri = folder / "old.key", softhsm.uri(folder, "one")
        _made(old, None)

        create_master_key(folder / "a.key", uri, old)
        create_master_key(folder / "b.key", uri, old)

        assert (folder / "a.key").read_bytes() != (folder / "b.key").read_bytes()
        assert old.read_bytes() not in (folder / "a.key").read_bytes()


@pytest.mark.parametrize(
    "uri", ["file:/master.key", "pkcs11:object=one?module-path=/nowhere/hsm.so"]
)
def test_a_token_that_is_not_there_is_named(uri: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="PKCS#11"):
        create_master_key(tmp_path / "master.key", uri)

    assert not (tmp_path / "master.key").exists()
