"""The command `matcher calibrate`: its arguments and its help."""

import argparse
import os
from functools import partial
from pathlib import Path
from typing import Any

from matcher.evaluation.command_line import (
    LoadModels,
    add_bundle,
    json_file,
    positive,
    report_collection,
)
from matcher.evaluation.image_collection import EXTENSIONS, find_images, parse_resolutions
from matcher.evaluation.progress import print_status

_DESCRIPTION = f"""\
Make a calibration from images of your own fingers: how often two different ones reach a score.
It needs no configuration and no database, and writes FILE.json and its card, FILE.md.

FOLDER holds FINGER_IMPRESSION.{{{",".join(EXTENSIONS)}}}, as 101_1.png,
or one sub-folder of them a set, as for `matcher evaluate`. Every finger must have one name only:
one finger under two names counts as a false match. Fingers of one name in different sets are not
compared with each other.
"""
_EXAMPLE = """\
example:
  matcher calibrate prints --dpi 500 --out /etc/passport/matcher/calibration.json

then read calibration.md, set in matcher.toml
  calibration_file = "/etc/passport/matcher/calibration.json"
and start the matcher again. That is used with the packaged models. A calibration for another bundle
(--bundle) replaces calibration.json in its folder, with SHA256SUMS made again, before the matcher
changes to it.
"""


def add_command(commands: Any, load_models: LoadModels) -> None:
    """Add the command to argparse's subcommands."""
    command: argparse.ArgumentParser = commands.add_parser(
        "calibrate",
        help="make a calibration from a folder of labelled images of your own",
        description=_DESCRIPTION,
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = command.add_argument
    add("folder", type=Path, metavar="FOLDER", help="images, or a folder of images for each set")
    add("--dpi", action="append", required=True, metavar="[SET=]DPI",
        help="resolution of all sets, or of one; may be given several times")  # fmt: skip
    add("--out", type=json_file, required=True, metavar="FILE.json",
        help="where to write the calibration")  # fmt: skip
    add_bundle(add)
    add("--workers", type=positive, default=len(os.sched_getaffinity(0)), metavar="N",
        help="threads; default: one for each core, here %(default)s")  # fmt: skip
    command.set_defaults(run=partial(run, load_models))


def run(load_models: LoadModels, options: argparse.Namespace) -> None:
    """Make the calibration. Raises ValueError or OSError with a message for the user."""
    from matcher.operator_calibration.calibrate import calibrate  # loads the models' libraries

    collection = find_images(options.folder, parse_resolutions(options.dpi), mated_needed=False)
    report_collection(collection)
    calibrate(load_models(options.bundle), collection, options.out, workers=options.workers)
    print_status(f"{options.out}; its card: {options.out.with_suffix('.md')}")
