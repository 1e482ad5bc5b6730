"""Train the local descriptor: python -m matcher.training.descriptor, or make train

After a crash it continues from the last checkpoint. The same seed and number of steps give the same
table up to the rounding of the machine.
"""

from pathlib import Path

from matcher.comparison.descriptor import DESCRIPTOR_FILE
from matcher.training.command_line import training_parser
from matcher.training.descriptor.binary_codes import write
from matcher.training.descriptor.train import STEPS, train


def main() -> None:
    """Train, and write the table to where the service reads it."""
    parser = training_parser(__package__, __doc__, DESCRIPTOR_FILE)
    parser.add_argument("--seed", type=int, default=1, help="1 or more; default 1")
    parser.add_argument("--steps", type=int, default=STEPS, help=f"default {STEPS}")
    parser.add_argument(
        "--work", type=Path, default=Path("build/train"), help="folder for checkpoints"
    )
    arguments = parser.parse_args()
    folder = arguments.work / f"descriptor-{arguments.seed}-{arguments.steps}"
    folder.mkdir(parents=True, exist_ok=True)
    write(train(arguments.seed, arguments.steps, folder), arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
