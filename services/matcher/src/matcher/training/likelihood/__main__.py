"""Make `likelihood.json` from synthetic fingers: python -m matcher.training.likelihood

Mated are impressions of one finger as difficult as those of FVC2002, half of them partial;
non-mated are impressions of different fingers of the same group, most groups of one ridge flow.
"""

from matcher.comparison.comparator import Comparator
from matcher.comparison.likelihood import LIKELIHOOD_FILE
from matcher.training.command_line import training_parser
from matcher.training.likelihood.network_fit import fit
from matcher.training.likelihood.samples import compared_pairs


def main() -> None:
    """Compare, fit and write."""
    parser = training_parser(__package__, __doc__, LIKELIHOOD_FILE)
    parser.add_argument("--groups", type=int, default=300, help="groups of 14 fingers; default 300")
    arguments = parser.parse_args()
    mated, non_mated = compared_pairs(Comparator.load(), arguments.groups)
    network, loss = fit(mated, non_mated)
    network.store(arguments.out)
    print(f"{len(mated)} mated, {len(non_mated)} non-mated, mean loss {loss:.4f}")


if __name__ == "__main__":
    main()
