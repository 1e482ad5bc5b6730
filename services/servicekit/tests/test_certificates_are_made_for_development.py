from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from servicekit.__main__ import main
from servicekit.security.development_certificates import issue_certificate


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(path: Path) -> x509.SubjectAlternativeName:
    return certificate(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def purposes(path: Path) -> list[x509.ObjectIdentifier]:
    return list(certificate(path).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_a_service_has_one_uri_and_host_names(tmp_path: Path) -> None:
    files = issue_certificate(tmp_path, service="matcher", dns=("matcher.example",))

    san = names(files.certificate)
    assert san.get_values_for_type(x509.UniformResourceIdentifier) == [
        "spiffe://id/office/national/service/matcher"
    ]
    assert san.get_values_for_type(x509.DNSName) == ["localhost", "matcher.example"]
    assert ExtendedKeyUsageOID.SERVER_AUTH in purposes(files.certificate)


def test_a_person_has_one_uri_and_cannot_be_a_server(tmp_path: Path) -> None:
    files = issue_certificate(tmp_path, office="BJM", user="siti", role="examiner")

    assert [str(name.value) for name in names(files.certificate)] == [
        "spiffe://id/office/BJM/user/siti/role/examiner"
    ]
    assert purposes(files.certificate) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_all_are_signed_by_the_same_authority(tmp_path: Path) -> None:
    first = issue_certificate(tmp_path, service="matcher")
    second = issue_certificate(tmp_path, office="BJM", user="siti", role="examiner")

    assert first.authority == second.authority
    for files in (first, second):
        certificate(files.certificate).verify_directly_issued_by(certificate(first.authority))
    key = certificate(first.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    issue_certificate(tmp_path, service="matcher")

    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("*.key")} == {0}


def test_the_command_prints_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["cert", "--dir", str(tmp_path), "--office", "BJM", "--user", "siti", "--role", "officer"])

    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert len(printed) == 3
    assert all(file.is_file() for file in printed)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "either a service, or a user and a role"),
        (["--user", "siti"], "either a service, or a user and a role"),
        (["--service", "matcher", "--user", "siti"], "either a service, or a user and a role"),
        (["--service", "two words"], "not an identity"),
        (["--service", "matcher", "--country", "Indonesia"], "not an identity"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cert", "--dir", str(tmp_path), *arguments])

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err
