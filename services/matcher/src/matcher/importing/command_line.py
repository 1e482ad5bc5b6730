"""The command `matcher import`: its arguments, its progress and its result."""

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from passport.matcher.v1 import encounters_pb2 as pb
from servicekit.grpc.client_channel import open_channel
from servicekit.security.tls import TlsFiles

from matcher.importing.import_client import Import
from matcher.importing.register_folder import EXTENSIONS, ImportOptions, find_encounters

_DESCRIPTION = f"""\
Send an existing register to a running matcher, which stores its encounters as ACTIVE, without a
search for duplicates. What it has stored already is skipped, so the command may be repeated.

FOLDER holds PERSON/ENCOUNTER/POSITION.{{{",".join(e[1:] for e in EXTENSIONS)}}}:
a folder for each person, in it one for each encounter, both named by their ids, in it a file for
each finger, named by its position (1 right thumb to 10 left little finger). iso is a record of
ISO/IEC 19794-2; amputated, bandaged, damaged and unknown are the reasons of missing fingers,
whatever the file contains.
"""
_EXAMPLE = """\
example:
  matcher import register --to matcher.example:7101 --certificate registry.pem \\
    --private-key registry.key --authority authority.pem --gallery register-2018

The certificate is that of the service registry.
"""
_PROGRESS_SECONDS = 5.0


def add_command(commands: Any, max_message_bytes: int) -> None:
    """Add the command to argparse's subcommands. max_message_bytes: that a request may have."""
    command: argparse.ArgumentParser = commands.add_parser(
        "import",
        help="send an existing register, a folder of fingers, to a running matcher",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("folder", type=Path, metavar="FOLDER", help="register, PERSON/ENCOUNTER/POSITION.*")
    add("--to", required=True, metavar="HOST:PORT", help="address of the matcher")
    add("--certificate", type=Path, required=True, metavar="FILE", help="own certificate, PEM")
    add("--private-key", type=Path, required=True, metavar="FILE", help="of the certificate, PEM")
    add("--authority", type=Path, required=True, metavar="FILE", help="that signed them, PEM")
    add("--server-name", metavar="NAME", help="in the matcher's certificate, if not HOST")
    add("--ppi", type=int, default=500, metavar="PPI", help="of images; default: %(default)s")
    add("--gallery", action="append", default=[], metavar="NAME",
        help="gallery that the encounters shall belong to; may be given several times")  # fmt: skip
    add("--office", default="", metavar="ID",
        help="office that captured them; default: that of the certificate")  # fmt: skip
    command.set_defaults(run=_run, max_message_bytes=max_message_bytes)


def _run(options: argparse.Namespace) -> None:
    report = ProgressReport(find_encounters(options.folder))
    asyncio.run(_import(options, report))
    report.print_result()


async def _import(options: argparse.Namespace, report: "ProgressReport") -> None:
    channel = open_channel(
        options.to,
        TlsFiles(options.certificate, options.private_key, options.authority),
        server_name=options.server_name,
        max_message_bytes=options.max_message_bytes,
    )
    stated = ImportOptions(
        options.ppi, options.max_message_bytes, tuple(sorted(options.gallery)), options.office
    )
    async with channel:
        await Import(channel, report.encounters, stated, report).run()


class ProgressReport:
    """Prints every few seconds how far an import is, and each refusal as it happens."""

    def __init__(self, encounters: list[Path]) -> None:
        self.encounters = encounters
        self._results: Counter[int] = Counter()
        self._started = time.monotonic()
        self._next_print = self._started

    def acknowledged(self, encounter: Path, response: pb.ImportEncountersResponse) -> None:
        """Count an encounter, and print it if it was refused."""
        self._results[response.result] += 1
        if response.result == pb.IMPORT_RESULT_REFUSED:
            name = f"{encounter.parent.name}/{encounter.name}"
            where = f"{response.reason} {response.field}".strip()
            sys.stdout.write(f"refused {name}: {where}: {response.message}\n")
        if time.monotonic() >= self._next_print:
            self._next_print = time.monotonic() + _PROGRESS_SECONDS
            self._print_progress()

    def interrupted(self, reason: str, offset: int) -> None:
        """Say that the stream broke, and where it goes on."""
        sys.stderr.write(f"interrupted ({reason}); going on after encounter {offset:,}\n")

    def print_result(self) -> None:
        """Print how many encounters had which result; raise ValueError if any was refused."""
        results = self._results
        sys.stdout.write(
            f"encounters: {results[pb.IMPORT_RESULT_IMPORTED]:,} imported, "
            f"{results[pb.IMPORT_RESULT_IMPORTED_BEFORE]:,} imported before, "
            f"{results[pb.IMPORT_RESULT_REFUSED]:,} refused\n"
        )
        if refused := results[pb.IMPORT_RESULT_REFUSED]:
            raise ValueError(f"{refused:,} of {len(self.encounters):,} encounters were refused")

    def _print_progress(self) -> None:
        done, all_ = self._results.total(), len(self.encounters)
        rate = done / max(time.monotonic() - self._started, 0.001)
        left = (all_ - done) / rate / 60
        sys.stderr.write(
            f"{done:,} of {all_:,} encounters ({done / all_:.0%}), "
            f"{rate:.0f} a second, {left:.0f} min left\n"
        )
