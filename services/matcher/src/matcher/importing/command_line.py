"""The command `matcher import`: its arguments, and how it runs."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

from servicekit.grpc.client_channel import open_channel
from servicekit.process.command_line import fail_check
from servicekit.security.tls import TlsFiles

from matcher.importing.import_client import Import
from matcher.importing.progress_report import ProgressReport
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
    if refused := report.print_result():
        fail_check("matcher", f"{refused:,} of {len(report.encounters):,} encounters were refused")


async def _import(options: argparse.Namespace, report: ProgressReport) -> None:
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
