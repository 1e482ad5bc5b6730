"""Train the embedding: python -m matcher.training.embedding, or make train

It starts from linear discriminants in closed form and continues by gradient descent on a
contrastive loss. After a crash it continues from the last checkpoint. The same seed and number of
steps give the same network up to the rounding of the machine.
"""

from pathlib import Path

from matcher.embedding.embedding_network import EMBEDDING_FILE
from matcher.training.command_line import training_parser
from matcher.training.embedding.onnx_export import write
from matcher.training.embedding.train import STEPS, train


def main() -> None:
    """Train, and write the network to where the service reads it."""
    parser = training_parser(__package__, __doc__, EMBEDDING_FILE)
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument(
        "--steps", type=int, default=STEPS, help=f"steps of gradient descent; default {STEPS}"
    )
    parser.add_argument(
        "--work", type=Path, default=Path("build/train"), help="folder for checkpoints"
    )
    arguments = parser.parse_args()
    folder = arguments.work / f"embedding-{arguments.seed}-{arguments.steps}"
    folder.mkdir(parents=True, exist_ok=True)
    write(train(arguments.seed, arguments.steps, folder), arguments.out)
    print(f"{arguments.out}: {arguments.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
