"""All benchmarks, each a process of its own, one after the other: `make bench`.

python benchmarks/run.py [--images FOLDER --dpi "500 SET=569"] [--out build/bench]

Without images the services and the synthetic prints are measured, with them the accuracy too.
Writes results.json, and results.md to be read.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.configuration import REPOSITORY
from matcher.evaluation.collection import BadCollection, collect, resolutions


def main() -> None:
    """Run them; exits with 2 when the images cannot be used, with the status of what failed."""
    given = _arguments()
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if given.images:
        _check(given.images, given.dpi)
    run("benchmarks.services", ["--out", str(out)])
    texts = {"synthetic_prints": run("benchmarks.synthetic_prints", ["--build", str(out)])}
    results = json.loads((out / "services.json").read_text()) | texts
    pages = [f"# Services\n\n{(out / 'services.md').read_text()}"]
    pages += [f"# {name}\n\n```\n{text}```\n" for name, text in texts.items()]
    drawn = "services.svg, synthetic_prints.png"
    if given.images:
        accuracy = out / "accuracy.json"
        asked = [str(given.images.resolve()), "--dpi", given.dpi, "--hard", "--bozorth3"]
        run("matcher", ["evaluate", *asked, "--out", str(accuracy)])
        results["accuracy"] = json.loads(accuracy.read_text())
        pages.append("# Accuracy\n\nSee [accuracy.html](accuracy.html).\n")
        drawn += ", accuracy.html"
    (out / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    (out / "results.md").write_text("\n".join(pages))
    print(f"{out / 'results.md'}, results.json, {drawn}")


def run(module: str, arguments: Sequence[str]) -> str:
    """What a benchmark says, shown while it says it."""
    print(f"== {module}", flush=True)
    command = [sys.executable, "-u", "-m", module, *arguments]
    said = []
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    if process.returncode:
        sys.exit(process.returncode)
    return "".join(said)


def _check(images: Path, dpi: str) -> None:
    """Complain now, not after minutes, about what cannot be used."""
    try:
        collect(images, resolutions([dpi]))
    except BadCollection as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, help="FINGER_IMPRESSION files, or sets of them")
    parser.add_argument("--dpi", default="", help="of the images: 500, SET=569, or both")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    return parser.parse_args()


if __name__ == "__main__":
    main()
