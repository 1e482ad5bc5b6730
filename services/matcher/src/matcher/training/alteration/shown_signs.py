"""What do rendered images show of their ridges? Kept by finger, for runs that are interrupted."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.alteration.signs import FEATURES, find_signs
from matcher.extraction.extractor import Extractor
from matcher.training.alteration.images import labelled_images


class ShownSigns(NamedTuple):
    """What n images show.

    features: float64 (n, FEATURES). kind: str (n,), of the alteration, empty for none. finger:
    int (n,).
    """

    features: NDArray[np.float64]
    kind: NDArray[np.str_]
    finger: NDArray[np.int64]


def shown_signs(first: int, fingers: int, kept: Path) -> ShownSigns:
    """Return what the images of these fingers show, but for those that show too little skin.

    first: seed of the first finger. kept: a folder; what it holds is not rendered again.
    """
    extractor = Extractor()
    found = [_of_finger(extractor, first + number, kept) for number in range(fingers)]
    finger = np.repeat(np.arange(fingers), [len(each.kind) for each in found])
    return ShownSigns(
        np.concatenate([each.features for each in found]),
        np.concatenate([each.kind for each in found]),
        finger,
    )


def _of_finger(extractor: Extractor, seed: int, kept: Path) -> ShownSigns:
    file = kept / f"{seed}.npz"
    if not file.exists():
        features, kinds = [], []
        for each in labelled_images(seed):
            signs = find_signs(each.image, extractor(each.image))
            if signs is not None:
                features.append(signs.features)
                kinds.append(each.kind or "")
        unfinished = file.with_suffix(".part")
        with unfinished.open("wb") as stream:
            np.savez(
                stream,
                features=np.array(features).reshape(-1, FEATURES),
                kind=np.array(kinds, np.str_),
            )
        unfinished.rename(file)
        print(f"finger {seed}: {len(kinds)} images", flush=True)
    with np.load(file) as content:
        kind = content["kind"]
        return ShownSigns(content["features"], kind, np.full(len(kind), seed))
