"""Compares templates of another vendor with ours.

    python benchmarks/interoperability.py FOLDER [SET=PPI ...]

FOLDER is one that `matcher evaluate` takes; 500 ppi unless given. Beside each image lies
FINGER_IMPRESSION.iso, the vendor's record of it, ISO/IEC 19794-2 of either edition. If the record
states another size than the image has, the vendor stretched the image to that size without keeping
its aspect ratio, as with the records that go with FVC2002: positions and angles are mapped back.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matcher.evaluation.comparison_scores import (
    compare_all,
    embedding_similarities,
)
from matcher.evaluation.image_collection import (
    ImageCollection,
    LabelledImage,
    find_images,
    parse_resolutions,
)
from matcher.evaluation.template_extraction import extract_all
from matcher.minutiae import Minutiae, minutiae_from_rows
from matcher.models import ModelBundle
from matcher.record.iso19794 import Edition, FingerRecord, read, write
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MAX_DISTANCE = 8
"""Pixels at 500 dpi: a little less than the distance from ridge to ridge."""
MAX_ANGLE = np.radians(30)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="images and, beside each, a record .iso")
    parser.add_argument("ppi", nargs="*", metavar="SET=PPI", help="resolution of a set")
    parser.add_argument(
        "--ours", type=Path, help="file for our minutiae, made in the first run (.npz)"
    )
    arguments = parser.parse_args()
    collection = find_images(arguments.folder, {"": 500, **parse_resolutions(arguments.ppi)})
    models = ModelBundle.load()
    ours = _ours(models, collection, arguments.ours)
    theirs = [
        to_image_at_500_dpi(vendor_template(image), found)
        for image, found in zip(collection.images, ours, strict=True)
    ]
    for name in np.unique(collection.sets):
        inside = np.flatnonzero(collection.sets == name)
        report_places(name, [theirs[i] for i in inside], [ours[i] for i in inside])
    report_searches(models, theirs, ours, collection)


def vendor_template(image: LabelledImage) -> Minutiae:
    """Return the record beside an image; exit if our codec does not preserve it."""
    data = image.file.with_suffix(".iso").read_bytes()
    (record,) = read(data)
    for edition in Edition:
        again = read(write(record, edition=edition))[0].minutiae
        if not np.array_equal(again.xy, record.minutiae.xy):
            raise SystemExit(f"{image.title}: the record does not survive our codec")
    return record.minutiae


def to_image_at_500_dpi(found: Minutiae, ours: Minutiae) -> Minutiae:
    """Map minutiae of an image stretched to the size of `found` to the image at 500 dpi."""
    x, y = ours.width / found.width, ours.height / found.height
    rows = np.column_stack(
        [
            found.xy * (x, y),
            np.arctan2(np.sin(found.angle) * y, np.cos(found.angle) * x),
            found.kind,
            found.quality,
        ]
    )
    placed = minutiae_from_rows(rows, width=ours.width, height=ours.height)
    return read(write(FingerRecord(0, 0, placed)))[0].minutiae


def report_places(name: str, theirs: Sequence[Minutiae], ours: Sequence[Minutiae]) -> None:
    """Print how many of the vendor's minutiae lie near ours, and near those of another finger."""
    near = np.concatenate([distances(one, two) for one, two in zip(theirs, ours, strict=True)])
    shifted = [*ours[len(ours) // 2 :], *ours[: len(ours) // 2]]
    chance = np.concatenate([distances(one, two) for one, two in zip(theirs, shifted, strict=True)])
    counts = (np.mean([len(each) for each in side]) for side in (theirs, ours))
    rates = (near <= MAX_DISTANCE).mean(axis=0)
    by_chance = (chance <= MAX_DISTANCE).mean(axis=0)
    print(
        f"{name}: {rates[0]:.1%} of {len(near)} vendor minutiae within {MAX_DISTANCE} px of ours, "
        f"{rates[1]:.1%} of about the same direction too; "
        f"by chance {by_chance[0]:.1%}, {by_chance[1]:.1%}; "
        "an image has {:.0f} of theirs, {:.0f} of ours".format(*counts)
    )


def distances(theirs: Minutiae, ours: Minutiae) -> Floats:
    """Return, (n, 2), the distance of each of theirs to the nearest of ours.

    In the second column only to those of about the same direction.
    """
    apart = theirs.xy[:, None].astype(float) - ours.xy[None].astype(float)
    apart = np.hypot(apart[..., 0], apart[..., 1])
    turn = theirs.angle[:, None] - ours.angle[None]
    along = np.abs((turn + np.pi) % (2 * np.pi) - np.pi) <= MAX_ANGLE
    return np.stack(
        [each.min(axis=1, initial=np.inf) for each in (apart, np.where(along, apart, np.inf))],
        axis=1,
    )


def report_searches(
    models: ModelBundle,
    theirs: Sequence[Minutiae],
    ours: Sequence[Minutiae],
    collection: ImageCollection,
) -> None:
    """Print how often the vendor's template of an image finds its finger among our templates."""
    fingers = collection.fingers
    mated = fingers[:, None] == fingers[None]
    compared = compare_all(models, theirs, ours, workers=1).scores
    for i, (probe, same) in enumerate(zip(theirs, ours, strict=True)):
        one, other = models.comparator.prepare(probe), models.comparator.prepare(same)
        raw = models.comparator.compare(one, [other])
        compared[i, i] = models.calibration.finger_scores(raw, len(one), len(other))[0]
    for what, table in (
        ("comparison", compared),
        ("embedding", embedding_similarities(models.embedding, theirs, ours)),
    ):
        for image, left_out in (("there", False), ("left out", True)):
            searched = np.where(np.eye(len(table), dtype=bool) & left_out, -np.inf, table)
            found = mated[np.arange(len(table)), searched.argmax(axis=1)]
            by_set = ", ".join(
                f"{name} {found[collection.sets == name].sum()}"
                for name in np.unique(collection.sets)
            )
            print(
                f"rank-1 by {what}, the same image {image}: {found.mean():.2%} "
                f"({found.sum()} of {len(found)}: {by_set})"
            )


def _ours(models: ModelBundle, collection: ImageCollection, cache: Path | None) -> list[Minutiae]:
    """Return our minutiae of every image, through an ISO record, from the file if it exists."""
    if cache is not None and cache.exists():
        with np.load(cache) as stored:
            return [read(stored[image.title].tobytes())[0].minutiae for image in collection.images]
    found = extract_all(
        models.extractor, collection.images, workers=1, partial_probe=False
    ).minutiae
    ours = [each for each in found if each is not None]
    if len(ours) < len(found):
        raise SystemExit("not every image could be read")
    if cache is not None:
        records = (np.frombuffer(write(FingerRecord(0, 0, each)), np.uint8) for each in ours)
        titles = (image.title for image in collection.images)
        np.savez(cache, allow_pickle=False, **dict(zip(titles, records, strict=True)))
    return ours


if __name__ == "__main__":
    main()
