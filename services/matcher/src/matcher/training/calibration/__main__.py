"""Make `calibration.json` from synthetic fingers: python -m matcher.training.calibration

Counts non-mated scores of fingers and fits their tails, counts non-mated scores of whole persons,
then counts mated scores. The same on every machine up to rounding; a quarter of an hour on a free
core.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

from matcher.calibration import fnir, scores
from matcher.calibration.scores import Calibration
from matcher.comparison import compare
from matcher.training.calibration.mated_scores import count_mated
from matcher.training.calibration.person_scores import person_shrinkage
from matcher.training.calibration.score_curves import non_mated_curves


def main() -> None:
    """Count, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--groups", type=int, default=590, help="groups of 800 fingers of one ridge flow; 590"
    )
    parser.add_argument(
        "--person-groups", type=int, default=150, help="groups of 40 whole persons; 150"
    )
    parser.add_argument("--mated", type=int, default=20_000, help="mated fingers; 20,000")
    parser.add_argument(
        "--out", type=Path, default=scores.STORED, help="default: in the source tree"
    )
    arguments = parser.parse_args()
    curves = non_mated_curves(arguments.groups)
    of_fingers = Calibration(compare.VERSION, curves, shrink=1.0)
    shrinkage = person_shrinkage(of_fingers, arguments.person_groups)
    calibration = replace(of_fingers, shrink=shrinkage)
    mated = count_mated(calibration, arguments.mated)
    content = {**scores.content(calibration), "mates": fnir.content(mated)}
    arguments.out.write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
