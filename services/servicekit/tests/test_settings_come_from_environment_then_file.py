from pathlib import Path

import pytest
from pydantic import ValidationError
from servicekit.process.settings import ServiceSettings

FILE = """
certificate = "cert.pem"
private_key = "cert.key"
authority = "ca.pem"
policy_file = "policy.toml"
database_url = "sqlite+aiosqlite:///file.db"
drain_seconds = 3.5
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "service.toml"
    file.write_text(FILE)
    return file


def test_the_file_replaces_defaults(config: Path) -> None:
    settings = ServiceSettings.load(config)

    assert settings.drain_seconds == 3.5
    assert settings.private_key == Path("cert.key")
    assert settings.environment == "production"


def test_the_environment_replaces_the_file(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSPORT_DRAIN_SECONDS", "7")

    assert ServiceSettings.load(config).drain_seconds == 7.0
    assert ServiceSettings.load(config, drain_seconds=1).drain_seconds == 1.0


def test_an_unknown_setting_is_refused(config: Path) -> None:
    config.write_text(FILE + "drain_second = 1\n")

    with pytest.raises(ValidationError, match="drain_second"):
        ServiceSettings.load(config)


def test_every_setting_is_documented() -> None:
    fields = ServiceSettings.model_fields

    assert [name for name, field in fields.items() if not field.description] == []
