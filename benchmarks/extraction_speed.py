"""Processor time of quality and minutiae extraction: python benchmarks/extraction_speed.py FOLDER

FOLDER holds PNG images of 500 dpi, or folders of them. Times are processor times of this process,
the least of several runs for each image, so that other load on the machine matters little.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean

import numpy as np
import onnxruntime as ort  # type: ignore[import-untyped, unused-ignore]
from matcher.extraction.extractor import DEFAULT_MINIMUM_QUALITY, Extractor
from matcher.extraction.leader_weights import published_network
from matcher.image.decode import decode
from matcher.image.quality import Nfiq2
from numpy.typing import NDArray

Grey = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="PNG images of 500 dpi")
    parser.add_argument(
        "--images", type=int, default=24, help="images measured, spread over all; default 24"
    )
    parser.add_argument("--runs", type=int, default=3, help="runs of each image; default 3")
    arguments = parser.parse_args()
    files = sorted(arguments.folder.rglob("*.png"))
    if not files:
        raise SystemExit(f"no PNG image in {arguments.folder}")
    chosen = files[:: max(1, len(files) // arguments.images)][: arguments.images]
    images = [decode(file.read_bytes(), 500) for file in chosen]
    pixels = mean(image.size for image in images)
    print(f"{len(images)} images of {pixels:.0f} pixels, least of {arguments.runs} runs each")
    for name, step in steps().items():
        seconds = mean(least(step, image, arguments.runs) for image in images)
        print(f"  {name}: {seconds:.3f} s, {1 / seconds:.2f} a second and core")


def steps() -> dict[str, Callable[[Grey], object]]:
    """Return what is timed, by name; the published network is there for comparison."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    published = ort.InferenceSession(published_network(), options)

    def as_published(image: Grey) -> NDArray[np.bool_]:
        canvas = np.pad(image.astype(np.float32), [(0, -side % 32) for side in image.shape])
        answer = published.run(None, {"input": canvas[None, :, :, None]})[0]
        return np.asarray(answer[0, :, :, 3] >= DEFAULT_MINIMUM_QUALITY)

    return {"NFIQ 2": Nfiq2(), "LEADER as published": as_published, "LEADER as served": Extractor()}


def least(step: Callable[[Grey], object], image: Grey, runs: int) -> float:
    """Return the least processor time of several runs, seconds."""

    def once() -> float:
        started = time.process_time()
        step(image)
        return time.process_time() - started

    return min(once() for _ in range(runs))


if __name__ == "__main__":
    main()
