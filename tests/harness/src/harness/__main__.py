"""Command line: `harness demo`, `harness up`, and what a person needs to call by hand."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import grpc
from google.protobuf.json_format import MessageToJson

from harness.applicant_files import write_applicant
from harness.configuration import SERVICES, NotOurs
from harness.demo import DemoOptions, demo
from harness.process import Died, PortTaken
from harness.quality_check import NoSuchBook, quality_check
from harness.stopped_services import NotAnswered, start, stop
from harness.up import up
from harness.world.image_folder import BadImages, Resolutions, pairs

_USAGE_ERROR, _FAILED = 2, 1


def main(arguments: list[str] | None = None) -> None:
    """Run the command. Exits with 1 when an expectation failed, with 2 when it cannot be run."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        code: int = options.run(options)
    except (BadImages, NoSuchBook, NotAnswered, NotOurs, PortTaken) as error:
        parser.exit(_USAGE_ERROR, f"harness: {error}\n")
    except (Died, TimeoutError, grpc.aio.AioRpcError) as error:
        logs = options.out / "logs"
        parser.exit(_FAILED, f"harness: stopped half-way: {error}\nharness: logs are in {logs}\n")
    except KeyboardInterrupt:
        parser.exit(130)
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="harness", description="A country on one computer.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    show = commands.add_parser(
        "demo",
        help="live through October 2018",
        description="Start a country, replay the outage of October 2018, check everything from the "
        "outside, and write report.html and summary.json.",
        epilog="example: harness demo --images fvc2002 --dpi 500 DB2_B=569",
    )
    show.add_argument("--seed", type=int, default=2018, help="of all chance (default: 2018)")
    show.add_argument(
        "--images", type=Path, metavar="DIR", help="FINGER_IMPRESSION.png or the like, or sets"
    )
    show.add_argument(
        "--dpi", nargs="+", default=[], metavar="PPI", help="of the images: 500, SET=569, or both"
    )
    show.add_argument("--out", type=Path, default=Path("build/demo"), help="(default: build/demo)")
    show.set_defaults(run=_demo)
    stay = commands.add_parser(
        "up",
        help="start a small country and keep it",
        description="Start a country and keep it running until Ctrl-C; prints addresses and "
        "certificates, for instance for grpcurl.",
    )
    stay.add_argument("--out", type=Path, default=Path("build/up"), help="(default: build/up)")
    stay.add_argument(
        "--pki", type=Path, default=Path("build/pki"), help="certificates (default: build/pki)"
    )
    stay.set_defaults(run=_up)
    for name, change, help_text in (
        ("stop", stop, "stop a service of a running country until it is started"),
        ("start", start, "start a service that was stopped"),
    ):
        order = commands.add_parser(name, help=help_text, description=f"{help_text.capitalize()}.")
        order.add_argument("service", choices=SERVICES)
        order.add_argument(
            "--country", type=Path, default=Path("build/up"), help="(default: build/up)"
        )
        order.set_defaults(run=partial(_stop_or_start, change))
    face = commands.add_parser(
        "applicant",
        help="invent an applicant: a photo and two fingerprints",
        description="Write photo.jpg, right-index.png and left-index.png (500 ppi) of an invented "
        "person, for calls to the services by hand.",
    )
    face.add_argument("--seed", type=int, default=1, help="another number, another person")
    face.add_argument(
        "--out", type=Path, default=Path("build/applicant"), help="(default: build/applicant)"
    )
    face.set_defaults(run=_applicant)
    desk = commands.add_parser(
        "read-book",
        help="read a printed book, as the reader at the operator's desk does",
        description="Print the request of RecordQualityCheck for a book in an output tray, with "
        "the machine readable zone of its page and its chip, as JSON for grpcurl.",
    )
    desk.add_argument("job", metavar="JOB_ID", help="print job, of ListPrintJobs")
    desk.add_argument("serial", metavar="SERIAL", help="serial of the book in hand")
    desk.add_argument("--country", type=Path, default=Path("build/up"), help="(default: build/up)")
    desk.set_defaults(run=_read_book)
    return parser


def _read_book(options: argparse.Namespace) -> int:
    request = quality_check(options.country, options.job, options.serial)
    sys.stdout.write(f"{MessageToJson(request, preserving_proto_field_name=True)}\n")
    return 0


def _stop_or_start(change: Callable[[Path, str], None], options: argparse.Namespace) -> int:
    change(options.country, options.service)
    return 0


def _applicant(options: argparse.Namespace) -> int:
    for file in write_applicant(options.out, options.seed):
        sys.stdout.write(f"{file}\n")
    return 0


def _up(options: argparse.Namespace) -> int:
    asyncio.run(up(options.out, options.pki))
    return 0


def _demo(options: argparse.Namespace) -> int:
    if options.dpi and not options.images:
        raise BadImages("--dpi is the resolution of --images, which are not given")
    resolutions = Resolutions.parse(" ".join(options.dpi))
    fingers = pairs(options.images, resolutions) if options.images else []
    images = options.images.resolve().name if options.images else ""
    facts = asyncio.run(demo(DemoOptions(options.seed, options.out, fingers, images)))
    for check in facts.failed:
        sys.stdout.write(f"FAILED: {check.what}: {check.found}\n")
    held = len(facts.checks) - len(facts.failed)
    sys.stdout.write(
        f"{held} of {len(facts.checks)} expectations hold, after {facts.wall_seconds:.0f} s\n"
        f"report: {options.out / 'report.html'}\n"
    )
    return _FAILED if facts.failed else 0


if __name__ == "__main__":
    main()
