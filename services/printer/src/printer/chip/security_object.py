"""EF.SOD: the hashes of the data groups, signed by the document signer (ICAO Doc 9303-10, 4.6.2).

A CMS SignedData (RFC 5652) over an LDS security object of version 1, with SHA-256 and ECDSA.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from asn1crypto import cms, core  # type: ignore[import-untyped]
from asn1crypto.algos import DigestAlgorithm  # type: ignore[import-untyped]
from asn1crypto.x509 import Certificate as Asn1Certificate  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from printer.chip.data_groups import LDS_VERSION, UNICODE_VERSION
from printer.chip.data_objects import MalformedChipData, decode_one, encode

SECURITY_OBJECT_OID = "2.23.136.1.1.1"  # id-icao-mrtd-security-ldsSecurityObject
_SOD_TAG = 0x77
_DIGEST, _SIGNATURE = "sha256", "sha256_ecdsa"


class _DataGroupHash(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("number", core.Integer),
        ("value", core.OctetString),
    ]


class _DataGroupHashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _DataGroupHash


class _LdsVersionInfo(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("lds_version", core.PrintableString),
        ("unicode_version", core.PrintableString),
    ]


class _LdsSecurityObject(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("hash_algorithm", DigestAlgorithm),
        ("hashes", _DataGroupHashes),
        ("version_info", _LdsVersionInfo, {"optional": True}),
    ]


@dataclass(frozen=True, slots=True)
class SecurityObject:
    """What EF.SOD says. hashes: SHA-256 by number of the data group.

    signer: certificate that came with it; nothing says yet that it may be trusted. signed: the
    bytes that `signature`, DER of ECDSA with SHA-256, was made over; they contain `signing_time`.
    """

    hashes: Mapping[int, bytes]
    signer: x509.Certificate
    signing_time: datetime
    signed: bytes
    signature: bytes


def encode_security_object(
    groups: Mapping[int, bytes],
    certificate: x509.Certificate,
    sign: Callable[[bytes], bytes],
    signing_time: datetime,
) -> bytes:
    """Return EF.SOD over data groups.

    groups: files by number of the data group. certificate: of the document signer. sign: returns
    the signature, DER of ECDSA with SHA-256, of what it is given. signing_time: business time.
    """
    content = _security_object(groups).dump()
    attributes = cms.CMSAttributes(
        [
            {"type": "content_type", "values": [SECURITY_OBJECT_OID]},
            {"type": "message_digest", "values": [sha256(content).digest()]},
            {
                "type": "signing_time",
                "values": [cms.Time({"utc_time": signing_time.replace(microsecond=0)})],
            },
        ]
    )
    asn1_certificate = Asn1Certificate.load(certificate.public_bytes(Encoding.DER))
    signer = cms.SignerInfo(
        {
            "version": "v1",
            "sid": cms.SignerIdentifier(
                {
                    "issuer_and_serial_number": {
                        "issuer": asn1_certificate.issuer,
                        "serial_number": asn1_certificate.serial_number,
                    }
                }
            ),
            "digest_algorithm": {"algorithm": _DIGEST},
            "signed_attrs": attributes,
            "signature_algorithm": {"algorithm": _SIGNATURE},
            "signature": sign(attributes.dump()),
        }
    )
    signed_data = cms.SignedData(
        {
            "version": "v3",
            "digest_algorithms": [{"algorithm": _DIGEST}],
            "encap_content_info": {"content_type": SECURITY_OBJECT_OID, "content": content},
            "certificates": [asn1_certificate],
            "signer_infos": [signer],
        }
    )
    info = cms.ContentInfo({"content_type": "signed_data", "content": signed_data})
    return encode(_SOD_TAG, info.dump())


def decode_security_object(sod: bytes) -> SecurityObject:
    """Return what EF.SOD says, its message digest checked but not yet its signature.

    Raises MalformedChipData for anything but one signer with ECDSA and SHA-256, the certificate
    included.
    """
    content = decode_one(sod, _SOD_TAG)
    try:
        return _decode_signed_data(cms.ContentInfo.load(content, strict=True))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise MalformedChipData(f"EF.SOD: {error}") from error


def _security_object(groups: Mapping[int, bytes]) -> Any:
    return _LdsSecurityObject(
        {
            "version": 1,
            "hash_algorithm": {"algorithm": _DIGEST},
            "hashes": [
                {"number": number, "value": sha256(file).digest()}
                for number, file in sorted(groups.items())
            ],
            "version_info": {"lds_version": LDS_VERSION, "unicode_version": UNICODE_VERSION},
        }
    )


def _decode_signed_data(info: Any) -> SecurityObject:
    signed_data = info["content"]
    [signer] = signed_data["signer_infos"]
    [certificate] = signed_data["certificates"]
    encapsulated = signed_data["encap_content_info"]
    content = encapsulated["content"].native
    attributes = {item["type"].native: item["values"] for item in signer["signed_attrs"]}
    algorithms = signer["digest_algorithm"], signer["signature_algorithm"]
    if [algorithm["algorithm"].native for algorithm in algorithms] != [_DIGEST, _SIGNATURE]:
        raise ValueError("not signed by ECDSA with SHA-256")
    types = encapsulated["content_type"].native, attributes["content_type"][0].native
    if set(types) != {SECURITY_OBJECT_OID}:
        raise ValueError("the content is not an LDS security object")
    if attributes["message_digest"][0].native != sha256(content).digest():
        raise ValueError("the message digest is not that of the content")
    return SecurityObject(
        hashes=_hashes(content),
        signer=x509.load_der_x509_certificate(certificate.dump()),
        signing_time=attributes["signing_time"][0].native,
        # RFC 5652 section 5.4: signed as a SET, not with the tag that it has in the SignerInfo.
        signed=signer["signed_attrs"].untag().dump(),
        signature=signer["signature"].native,
    )


def _hashes(content: bytes) -> dict[int, bytes]:
    security_object = _LdsSecurityObject.load(content, strict=True)
    if security_object["hash_algorithm"]["algorithm"].native != _DIGEST:
        raise ValueError("the data groups are not hashed by SHA-256")
    return {item["number"].native: item["value"].native for item in security_object["hashes"]}
