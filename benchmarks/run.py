"""Runs all benchmarks, one after the other, each in a process of its own: `make bench`.

python benchmarks/run.py [--images FOLDER --dpi "500 SET=569"] [--out build/bench]

Measures the services and the synthetic images, and with --images the accuracy too. Writes
results.json, and results.md for people.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.configuration import REPOSITORY
from matcher.evaluation.image_collection import BadCollection, find_images, parse_resolutions


def main() -> None:
    """Run all; exit with 2 if the images cannot be used, else with the status of what failed."""
    given = _arguments()
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if given.images:
        _check(given.images, given.dpi)
    run("benchmarks.service_speed", ["--out", str(out)])
    texts = {
        "synthetic_image_realism": run("benchmarks.synthetic_image_realism", ["--build", str(out)])
    }
    results = json.loads((out / "services.json").read_text()) | texts
    pages = [f"# Services\n\n{(out / 'services.md').read_text()}"]
    pages += [f"# {name}\n\n```\n{text}```\n" for name, text in texts.items()]
    charts = "services.svg, synthetic_images.png"
    if given.images:
        accuracy = out / "accuracy.json"
        options = [
            str(given.images.resolve()),
            "--dpi",
            given.dpi,
            "--hard",
            "--bozorth3",
        ]
        run("matcher", ["evaluate", *options, "--out", str(accuracy)])
        results["accuracy"] = json.loads(accuracy.read_text())
        pages.append("# Accuracy\n\nSee [accuracy.html](accuracy.html).\n")
        charts += ", accuracy.html"
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (out / "results.md").write_text("\n".join(pages))
    print(f"{out / 'results.md'}, results.json, {charts}")


def run(module: str, arguments: Sequence[str]) -> str:
    """Run a benchmark, pass on what it prints, and return it."""
    print(f"== {module}", flush=True)
    command = [sys.executable, "-u", "-m", module, *arguments]
    printed = []
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    if process.returncode:
        sys.exit(process.returncode)
    return "".join(printed)


def _check(images: Path, dpi: str) -> None:
    """Exit at once, and not after minutes, if the images cannot be used."""
    try:
        find_images(images, parse_resolutions([dpi]))
    except BadCollection as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--images", type=Path, help="folder of FINGER_IMPRESSION files, or of a folder a set"
    )
    parser.add_argument("--dpi", default="", help="resolution of the images: 500, SET=569, or both")
    parser.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder of the results"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
