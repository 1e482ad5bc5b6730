"""Learn the centroids of the inverted lists of local descriptors: make train MODELS=quantizer

Of synthetic fingers alone. The same seed and numbers give the same file on every machine.
"""

import time

import numpy as np

from matcher.comparison.comparator import Comparator
from matcher.comparison.descriptor import Descriptors
from matcher.comparison.descriptor_quantizer import LISTED_MINUTIAE, QUANTIZER_FILE
from matcher.synthetic import generate_master, generate_template
from matcher.training.command_line import training_parser
from matcher.training.finger_seeds import QUANTIZER
from matcher.training.quantizer.k_majority import ROUNDS, learn_centroids

LISTS = 16_384
DESCRIPTORS_A_LIST = 40
_CAPTURE_DIFFICULTY = (0.4, 1.5)
"""Range from which the capture difficulty of each impression is drawn."""


def main() -> None:
    """Learn, and write the centroids to where the service reads them."""
    parser = training_parser(__package__, __doc__, QUANTIZER_FILE)
    parser.add_argument("--seed", type=int, default=1, help="1 or more; default 1")
    parser.add_argument("--lists", type=int, default=LISTS, help=f"default {LISTS}")
    parser.add_argument("--steps", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    arguments = parser.parse_args()
    started = time.process_time()
    descriptors = listed_descriptors(arguments.lists * DESCRIPTORS_A_LIST, arguments.seed)
    centroids = learn_centroids(descriptors, arguments.lists, arguments.seed, arguments.steps)
    np.save(arguments.out, centroids)
    seconds = time.process_time() - started
    print(f"{arguments.out}: {len(centroids)} centroids, {seconds:.0f} s of one core")


def listed_descriptors(count: int, seed: int) -> Descriptors:
    """Return descriptors of the best minutiae of synthetic fingers, uint64 (count, 4)."""
    comparator, rng = Comparator.load(), np.random.default_rng(seed)
    parts, made, finger = [], 0, QUANTIZER
    while made < count:
        difficulty = rng.uniform(*_CAPTURE_DIFFICULTY)
        found = generate_template(generate_master(finger), 0, capture_difficulty=difficulty)
        parts.append(comparator.prepare(found).descriptors[:LISTED_MINUTIAE])
        made, finger = made + len(parts[-1]), finger + 1
    return np.concatenate(parts)[:count]


if __name__ == "__main__":
    main()
