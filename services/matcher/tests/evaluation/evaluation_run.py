"""One run of `matcher evaluate` on a small folder of synthetic images, with what it wrote."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from PIL import Image

from ..command_process import run_command  # noqa: TID252

FINGERS = {"live": (3, "png"), "ink": (2, "bmp")}
"""Number of fingers and kind of file, by set."""
IMPRESSIONS = (1, 2)


@dataclass(frozen=True, slots=True)
class Run:
    """The folder of the run, what it printed to stderr, and the content of result.json."""

    folder: Path
    stderr: str
    result: dict[str, Any]

    def pairs(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a file of scores."""
        with (self.folder / "out" / name).open(newline="") as file:
            return list(csv.DictReader(file))


def evaluate_synthetic_images(folder: Path) -> Run:
    """Write images into the folder, one of them broken, and evaluate them by the command."""
    for set_, (fingers, kind) in FINGERS.items():
        (folder / "images" / set_).mkdir(parents=True)
        for finger in range(1, fingers + 1):
            ridges = generate_ridge_pattern(generate_master(len(set_) * 100 + finger))
            for impression in IMPRESSIONS:
                image = render_impression(ridges, impression, capture_difficulty=LIVE_SCAN).image
                Image.fromarray(image).save(folder / f"images/{set_}/{finger}_{impression}.{kind}")
    (folder / "images/ink/2_3.bmp").write_bytes(b"BM and nothing more")
    (folder / "images/live/readme.png").write_bytes(b"")
    ended = run_command(
        "evaluate", "images", "--dpi", "500", "--hard", "--bozorth3", "--out", "out/result.json",
        "--scores", "out/pairs.csv", "--distractors", "1000", "200", "--fingers", "2",
        "--cache", "cache",
        cwd=folder,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return Run(folder, ended.stderr, json.loads((folder / "out/result.json").read_text()))
