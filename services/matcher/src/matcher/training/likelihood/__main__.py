"""Make `likelihood.json` from synthetic fingers: python -m matcher.training.likelihood

Fits the network for fingers with maps of their ridges, or with --without-map the one for the
others, and leaves the other one as it is. Mated are impressions of one finger as difficult as those
of FVC2002, half of them partial; non-mated are impressions of different fingers of the same group,
some groups of one ridge flow. Further groups are held out and tell the loss. With --stored, what
was compared is kept in files, so that an interrupted run can be continued.
"""

from dataclasses import replace
from pathlib import Path

from matcher.comparison.comparator import Comparator
from matcher.comparison.likelihood import LIKELIHOOD_FILE, LikelihoodNetwork
from matcher.training.command_line import training_parser
from matcher.training.likelihood.network_fit import fit, mean_loss
from matcher.training.likelihood.samples import WITH_MAPS, WITHOUT_MAP, compared_pairs


def main() -> None:
    """Compare, fit and write."""
    parser = training_parser(__package__, __doc__, LIKELIHOOD_FILE)
    parser.add_argument("--groups", type=int, default=300, help="groups of 14 fingers; default 300")
    parser.add_argument("--held-out", type=int, default=40, help="groups after these; default 40")
    parser.add_argument("--without-map", action="store_true", help="fit the other network")
    parser.add_argument(
        "--stored", type=Path, metavar="FOLDER", help="keep what was compared; default: no"
    )
    arguments = parser.parse_args()
    comparator, present = Comparator.load(), LikelihoodNetwork.load()
    conditions = WITHOUT_MAP if arguments.without_map else WITH_MAPS
    fitted, end = range(arguments.groups), arguments.groups + arguments.held_out
    mated, non_mated = compared_pairs(comparator, conditions, fitted, arguments.stored)
    network, loss = fit(mated, non_mated, present.without_map or present)
    held_out = compared_pairs(comparator, conditions, range(fitted.stop, end), arguments.stored)
    print(
        f"{len(mated)} mated, {len(non_mated)} non-mated, mean loss {loss:.4f}, "
        f"of {end - fitted.stop} groups held out {mean_loss(network, *held_out):.4f}"
    )
    if arguments.without_map and present.takes_maps:
        network = replace(present, without_map=network)
    network.store(arguments.out)


if __name__ == "__main__":
    main()
