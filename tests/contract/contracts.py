"""The contracts as data, read from the generated descriptors and the proto files' comments."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from passport.issuance.v1 import (
    accounts_pb2,
    adjudication_pb2,
    applications_pb2,
    documents_pb2,
    offices_pb2,
    outages_pb2,
    schedule_pb2,
)
from passport.issuance.v1 import admin_pb2 as issuance_admin_pb2
from passport.matcher.v1 import admin_pb2 as matcher_admin_pb2
from passport.matcher.v1 import (
    biometrics_pb2,
    calibration_pb2,
    encounters_pb2,
    galleries_pb2,
    identification_pb2,
)
from passport.printer.v1 import admin_pb2 as printer_admin_pb2
from passport.printer.v1 import history_pb2, jobs_pb2, machines_pb2, stock_pb2

PROTOS = Path(__file__).parents[2] / "protos"
FILES: tuple[FileDescriptor, ...] = (
    encounters_pb2.DESCRIPTOR,
    identification_pb2.DESCRIPTOR,
    biometrics_pb2.DESCRIPTOR,
    galleries_pb2.DESCRIPTOR,
    calibration_pb2.DESCRIPTOR,
    matcher_admin_pb2.DESCRIPTOR,
    applications_pb2.DESCRIPTOR,
    documents_pb2.DESCRIPTOR,
    adjudication_pb2.DESCRIPTOR,
    schedule_pb2.DESCRIPTOR,
    outages_pb2.DESCRIPTOR,
    offices_pb2.DESCRIPTOR,
    accounts_pb2.DESCRIPTOR,
    documents_pb2.DESCRIPTOR,
    issuance_admin_pb2.DESCRIPTOR,
    jobs_pb2.DESCRIPTOR,
    machines_pb2.DESCRIPTOR,
    stock_pb2.DESCRIPTOR,
    history_pb2.DESCRIPTOR,
    printer_admin_pb2.DESCRIPTOR,
)


@dataclass(frozen=True, slots=True)
class Rpc:
    """A method of a contract: name as ``package.Service/Method``, and what its comment says."""

    name: str
    service: str
    descriptor: MethodDescriptor
    comment: str
    service_comment: str


def rpcs() -> Iterator[Rpc]:
    """Every method of every contract."""
    for file in FILES:
        text = (PROTOS / file.name).read_text(encoding="utf-8")
        for service in file.services_by_name.values():
            about = _comment(text, rf"service {service.name} ")
            for method in service.methods:
                yield Rpc(
                    f"{service.full_name}/{method.name}",
                    service.full_name,
                    method,
                    _comment(text, rf"  rpc {method.name}\("),
                    about,
                )


def _comment(text: str, before: str) -> str:
    match = re.search(rf"((?:^ *//[^\n]*\n)+){before}", text, re.MULTILINE)
    lines = match[1].splitlines() if match else []
    return " ".join(line.strip().removeprefix("//").strip() for line in lines)
