"""Make `calibration.json` from synthetic fingers: python -m matcher.training.calibration

Counts non-mated scores of fingers with maps of their ridges and fits their tails, counts non-mated
scores of whole persons, then counts mated scores. With --without-map the same for fingers without
maps. What is known of the others stays as it is. The same on every machine up to rounding; a
quarter of an hour on a free core. With --stored, what was counted is kept in files, so that an
interrupted run can be continued, and several may share the work.
"""

import json
from dataclasses import replace
from pathlib import Path

from matcher.calibration.score_calibration import CALIBRATION_FILE, ScoreCalibration
from matcher.comparison.comparator import Comparator
from matcher.synthetic import generate_template
from matcher.synthetic.simulated_map import generate_mapped_template
from matcher.training.calibration.mated_scores import count_mated
from matcher.training.calibration.person_scores import person_sum_factor
from matcher.training.calibration.score_curves import non_mated_curves
from matcher.training.command_line import training_parser


def main() -> None:
    """Count, fit and write."""
    parser = training_parser(__package__, __doc__, CALIBRATION_FILE)
    parser.add_argument(
        "--groups", type=int, default=100, help="groups of 800 fingers; default: 100"
    )
    parser.add_argument(
        "--person-groups", type=int, default=25, help="groups of 40 whole persons; 25"
    )
    parser.add_argument("--mated", type=int, default=12_000, help="mated fingers; 12,000")
    parser.add_argument(
        "--stored", type=Path, metavar="FOLDER", help="keep what was counted; default: no"
    )
    parser.add_argument("--without-map", action="store_true", help="of fingers without maps")
    arguments = parser.parse_args()
    comparator, present = Comparator.load(), ScoreCalibration.load()
    simulate = generate_template if arguments.without_map else generate_mapped_template
    groups, persons = arguments.groups, arguments.person_groups
    part = "without-map" if arguments.without_map else "with-maps"
    stored = arguments.stored / part if arguments.stored else None
    curves = non_mated_curves(comparator, simulate, groups, stored)
    sum_factor = person_sum_factor(comparator, simulate, curves, persons, stored)
    mated = count_mated(comparator, simulate, curves, arguments.mated, stored)
    calibration = ScoreCalibration(comparator.version, curves, sum_factor, mated)
    if arguments.without_map:
        calibration = replace(present, without_map=calibration)
    else:
        calibration = replace(calibration, without_map=present.without_map or present)
    arguments.out.write_text(json.dumps(calibration.as_json()) + "\n")


if __name__ == "__main__":
    main()
