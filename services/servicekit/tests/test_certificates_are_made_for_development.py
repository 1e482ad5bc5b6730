from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
from servicekit.__main__ import main
from servicekit.security.development_certificates import issue_certificate


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(path: Path) -> x509.SubjectAlternativeName:
    return certificate(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value


def purposes(path: Path) -> list[x509.ObjectIdentifier]:
    return list(certificate(path).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def test_a_service_has_one_uri_and_host_names(tmp_path: Path) -> None:
    directory = tmp_path / "made" / "on first use"
    files = issue_certificate(
        directory, office="national", service="matcher", dns=("matcher.example",)
    )

    san = names(files.certificate)
    assert san.get_values_for_type(x509.UniformResourceIdentifier) == [
        "spiffe://id/office/national/service/matcher"
    ]
    assert san.get_values_for_type(x509.DNSName) == [
        "localhost", "matcher.national.id.passport.internal", "matcher.example"
    ]  # fmt: skip
    assert san.get_values_for_type(x509.IPAddress) == [IPv4Address("127.0.0.1")]
    assert ExtendedKeyUsageOID.SERVER_AUTH in purposes(files.certificate)


def test_a_person_has_one_uri_and_cannot_be_a_server(tmp_path: Path) -> None:
    files = issue_certificate(tmp_path, office="BJM", user="siti", role="examiner")

    assert [str(name.value) for name in names(files.certificate)] == [
        "spiffe://id/office/BJM/user/siti/role/examiner"
    ]
    assert purposes(files.certificate) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_all_are_signed_by_the_same_authority(tmp_path: Path) -> None:
    first = issue_certificate(tmp_path, office="national", service="matcher")
    second = issue_certificate(tmp_path, office="BJM", user="siti", role="examiner")

    assert first.authority == second.authority
    for files in (first, second):
        certificate(files.certificate).verify_directly_issued_by(certificate(first.authority))
    key = certificate(first.certificate).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.SECP256R1)


def extensions(path: Path) -> dict[x509.ObjectIdentifier, bool]:
    """Return the kinds of a certificate's extensions and whether each is critical."""
    return {each.oid: each.critical for each in certificate(path).extensions}


def usage(path: Path) -> set[str]:
    value = certificate(path).extensions.get_extension_for_class(x509.KeyUsage).value
    names = ("digital_signature", "key_cert_sign", "crl_sign", "content_commitment",
             "key_encipherment", "data_encipherment", "key_agreement")  # fmt: skip
    return {name for name in names if getattr(value, name)}


def constraints(path: Path) -> x509.BasicConstraints:
    return certificate(path).extensions.get_extension_for_class(x509.BasicConstraints).value


def test_a_service_signs_no_certificates(tmp_path: Path) -> None:
    files = issue_certificate(tmp_path, office="national", service="matcher")

    assert constraints(files.certificate) == x509.BasicConstraints(ca=False, path_length=None)
    assert usage(files.certificate) == {"digital_signature"}
    # As RFC 5280, section 4.2.1, wants them: a subject is given beside the names.
    assert extensions(files.certificate) == {
        ExtensionOID.BASIC_CONSTRAINTS: True,
        ExtensionOID.KEY_USAGE: True,
        ExtensionOID.SUBJECT_ALTERNATIVE_NAME: False,
        ExtensionOID.EXTENDED_KEY_USAGE: False,
    }


def test_an_authority_signs_certificates_of_no_other_authority(tmp_path: Path) -> None:
    files = issue_certificate(tmp_path, office="national", service="matcher")

    assert constraints(files.authority) == x509.BasicConstraints(ca=True, path_length=0)
    assert usage(files.authority) == {"key_cert_sign", "crl_sign"}
    assert extensions(files.authority) == {
        ExtensionOID.BASIC_CONSTRAINTS: True,
        ExtensionOID.KEY_USAGE: True,
    }


def test_a_certificate_is_valid_for_a_year_from_five_minutes_ago(tmp_path: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    files = issue_certificate(tmp_path, office="national", service="matcher")
    after = datetime.now(UTC)

    issued = certificate(files.certificate)
    assert before <= issued.not_valid_before_utc + timedelta(minutes=5) <= after
    assert before <= issued.not_valid_after_utc - timedelta(days=365) <= after


def test_an_authority_with_another_kind_of_key_signs_nothing(tmp_path: Path) -> None:
    issue_certificate(tmp_path, office="national", service="matcher")
    other = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "authority.key").write_bytes(
        other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )

    with pytest.raises(ValueError, match="not an elliptic curve key"):
        issue_certificate(tmp_path, office="national", service="printer")


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    issue_certificate(tmp_path, office="national", service="matcher")

    assert {file.stat().st_mode & 0o077 for file in tmp_path.glob("*.key")} == {0}


def test_the_command_prints_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["cert", "--dir", str(tmp_path), "--office", "BJM", "--user", "siti", "--role", "officer"])

    printed = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert len(printed) == 3
    assert all(file.is_file() for file in printed)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--service", "matcher"], "--office"),
        (["--office", "BJM"], "either a service, or a user and a role"),
        (["--office", "BJM", "--user", "siti"], "either a service, or a user and a role"),
        (
            ["--office", "BJM", "--service", "matcher", "--user", "siti"],
            "either a service, or a user and a role",
        ),
        (["--office", "BJM", "--service", "two words"], "not an identity"),
        (
            ["--office", "national", "--service", "matcher", "--country", "Indonesia"],
            "not an identity",
        ),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["cert", "--dir", str(tmp_path), *arguments])

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_role_that_the_policy_does_not_know_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[allow]\n"a.B/C" = ["officer", "service:issuance", "*"]\n')
    siti = ["cert", "--dir", str(tmp_path), "--office", "BJM", "--user", "siti"]

    main([*siti, "--policy", str(policy), "--role", "officer"])
    with pytest.raises(SystemExit) as ended:
        main([*siti, "--policy", str(policy), "--role", "oficer"])

    assert ended.value.code == 2
    complaint = capsys.readouterr().err
    assert f"no person has the role oficer; {policy} knows officer\n" in complaint
    assert not list(tmp_path.glob("*oficer*"))
