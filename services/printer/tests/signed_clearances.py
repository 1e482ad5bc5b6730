"""Requests to print as issuance makes them: personalisation data and a signed clearance."""

import hashlib
import io
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from passport.printer.v1 import jobs_pb2 as jobs
from passport.type.v1 import civil_pb2 as civil
from PIL import Image

OFFICE = "BJM"


def request_id() -> str:
    """Return a new request id."""
    return str(uuid.uuid4())


def a_payload(number: str = "X0000001", **changes: Any) -> bytes:
    """Return a payload: the personalisation data of a passport, some fields changed."""
    data = jobs.PersonalisationData(
        document_number=number,
        document_code="P",
        issuing_state="IDN",
        holder=civil.BiographicData(
            name=civil.PersonName(primary="SITI", secondary="NURHALIZA"),
            nationality="IDN",
            born_on=civil.CalendarDate(year=1990, month=2, day=28),
            birth_place="Banjarmasin",
            sex=civil.SEX_FEMALE,
        ),
        issued_on=civil.CalendarDate(year=2018, month=11, day=1),
        expires_on=civil.CalendarDate(year=2023, month=11, day=1),
        issuing_office="Kantor Imigrasi Banjarmasin",
        portrait=a_portrait(),
    )
    data.MergeFrom(jobs.PersonalisationData(**changes))
    return data.SerializeToString()


@cache
def a_portrait() -> bytes:
    """Return a portrait of the size that the contract asks for."""
    target = io.BytesIO()
    Image.new("RGB", (350, 450), (200, 170, 150)).save(target, "JPEG")
    return target.getvalue()


@dataclass(slots=True)
class Issuance:
    """Signs clearances as issuance does. kid: the name of its key."""

    kid: str = "2018"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    def trust(self, folder: Path) -> None:
        """Put the public key into the folder of trusted keys."""
        folder.mkdir(exist_ok=True)
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{self.kid}.pem").write_bytes(pem)

    def claims(self, payload: bytes) -> dict[str, Any]:
        """Return the claims of a valid clearance for a payload; X0000001 is of application A-1."""
        number = jobs.PersonalisationData.FromString(payload).document_number
        now = datetime.now(UTC)
        return {
            "jti": request_id(),
            "application_id": f"A-{number.lstrip('X0')}",
            "document_number": number,
            "payload_sha256": hashlib.sha256(payload).hexdigest(),
            "office": OFFICE,
            "exp": int((now + timedelta(days=30)).timestamp()),
            "released_at": now.timestamp(),
        }

    def sign(self, claims: dict[str, Any], **header: str) -> str:
        """Return a clearance with these claims, signed."""
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": self.kid} | header)

    def order(self, payload: bytes, **claims: Any) -> jobs.CreatePrintJobRequest:
        """Return a request to print with a valid clearance, some of its claims changed."""
        token = self.sign(self.claims(payload) | claims)
        return jobs.CreatePrintJobRequest(request_id=request_id(), clearance=token, payload=payload)
