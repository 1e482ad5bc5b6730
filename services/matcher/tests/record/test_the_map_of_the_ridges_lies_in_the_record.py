"""How the ridges run is kept in the record itself, where others' programs skip it."""

from dataclasses import replace

import nbis  # type: ignore[import-untyped]
import numpy as np
import pytest
from matcher.minutiae import minutiae_from_rows
from matcher.record.iso19794 import Edition, FingerRecord, read, write
from matcher.ridge_map import RidgeMap

FOUND = minutiae_from_rows([(100, 50, 1.0, 1, 60), (20, 70, 2.0, 2, 40)], width=300, height=400)
RIDGES = RidgeMap(np.array([[1, 0, 15], [7, 8, 9]], np.uint8), top=4, left=11)
MAPPED = FingerRecord(2, 0, replace(FOUND, ridge_map=RIDGES))
editions = pytest.mark.parametrize("edition", list(Edition))


@editions
def test_it_is_read_again(edition: Edition) -> None:
    unmapped = FingerRecord(3, 0, FOUND)

    one, other = read(write(MAPPED, unmapped, edition=edition))

    assert one.minutiae.xy.tolist() == other.minutiae.xy.tolist() == FOUND.xy.tolist()
    ridges = one.minutiae.ridge_map
    assert ridges is not None
    assert ridges.codes.tolist() == RIDGES.codes.tolist()
    assert (ridges.top, ridges.left) == (4, 11)
    assert other.minutiae.ridge_map is None


@editions
@pytest.mark.parametrize(
    ("part", "changed"),
    [
        (b"RDGMAP1", b"ANOTHER"),
        (b"\x01\x00\x00", b"\x01\x01\x00"),
        (b"\x02\x03\x04\x0b", b"\x63\x03\x04\x0b"),
    ],
    ids=["another vendor's area", "another type of area", "another length"],
)
def test_what_is_none_of_ours_is_skipped(edition: Edition, part: bytes, changed: bytes) -> None:
    record = write(MAPPED, edition=edition)
    at = record.rindex(part)

    (found,) = read(record[:at] + changed + record[at + len(part) :])

    assert found.minutiae.xy.tolist() == FOUND.xy.tolist()
    assert found.minutiae.ridge_map is None


def test_other_programs_read_the_minutiae() -> None:
    settings = nbis.NbisExtractorSettings(
        min_quality=0.0, get_center=False, check_fingerprint=False, compute_nfiq2=False, ppi=500.0
    )

    theirs = nbis.new_nbis_extractor(settings).load_iso_19794_2_2011(write(MAPPED)).get()

    assert {(m.x(), m.y()) for m in theirs} == {(100, 50), (20, 70)}
