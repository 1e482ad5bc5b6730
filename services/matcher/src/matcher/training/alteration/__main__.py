"""Make `alteration.json` from synthetic fingers: python -m matcher.training.alteration

Fits the detector of altered ridges to rendered images, keeps what each image showed so that an
interrupted run goes on, and says how it does on fingers of which it has seen nothing.
"""

from pathlib import Path

from matcher.alteration.alteration_score import SUSPICIOUS
from matcher.alteration.detector import ALTERATION_FILE, AlterationDetector
from matcher.training.alteration.fit import Samples, fit
from matcher.training.alteration.shown_signs import ShownSigns, shown_signs
from matcher.training.command_line import training_parser
from matcher.training.finger_seeds import ALTERATION, ALTERATION_HELD_OUT


def main() -> None:
    """Render, fit, write and judge."""
    parser = training_parser(__package__, __doc__, ALTERATION_FILE)
    parser.add_argument("--fingers", type=int, default=150, help="to fit; default 150")
    parser.add_argument("--held-out", type=int, default=30, help="to judge by; default 30")
    parser.add_argument(
        "--kept",
        type=Path,
        default=Path("build/alteration"),
        help="what images showed is kept here",
    )
    arguments = parser.parse_args()
    arguments.kept.mkdir(parents=True, exist_ok=True)
    fitted = shown_signs(ALTERATION, arguments.fingers, arguments.kept)
    fit(Samples(fitted.features, fitted.kind != "", fitted.finger), arguments.out)
    held_out = shown_signs(ALTERATION_HELD_OUT, arguments.held_out, arguments.kept)
    _judge(AlterationDetector.load(arguments.out), held_out)


def _judge(detector: AlterationDetector, held_out: ShownSigns) -> None:
    """Print how many images of each kind are suspicious."""
    scores = detector.scores_of(detector.usual.deviations(held_out.features))
    suspicious = scores >= SUSPICIOUS
    for kind in sorted(set(held_out.kind)):
        of_kind = held_out.kind == kind
        print(f"{kind or 'unaltered'}: {suspicious[of_kind].sum()} of {of_kind.sum()} suspicious")


if __name__ == "__main__":
    main()
