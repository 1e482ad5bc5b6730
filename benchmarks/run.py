"""All benchmarks, each a process of its own, one after the other: `make bench`.

python benchmarks/run.py [--images FOLDER --dpi "500 SET=569"] [--out build/bench]

Without images the services and the synthetic prints are measured, with them the accuracy too.
Writes results.json, and results.md to be read.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.configuration import REPOSITORY
from harness.world.folder import BadImages, Resolutions, pairs


def main() -> None:
    """Run them; exits with 2 when the images cannot be used, with the status of what failed."""
    given = _arguments()
    out = given.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    try:
        accuracy = _accuracy(given.images.resolve(), given.dpi) if given.images else None
    except BadImages as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)
    run("services", ["--out", str(out)])
    texts = {"synthetic_prints": run("synthetic_prints", ["--build", str(out)])}
    if accuracy is not None:
        texts["accuracy"] = run("accuracy", accuracy)
    results = json.loads((out / "services.json").read_text())
    (out / "results.json").write_text(json.dumps(results | texts, indent=1) + "\n")
    pages = [f"# Services\n\n{(out / 'services.md').read_text()}"]
    pages += [f"# {name}\n\n```\n{text}```\n" for name, text in texts.items()]
    (out / "results.md").write_text("\n".join(pages))
    print(f"{out / 'results.md'}, results.json, services.svg, synthetic_prints.png")


def run(name: str, arguments: Sequence[str]) -> str:
    """What a benchmark says, shown while it says it."""
    print(f"== {name}", flush=True)
    command = [sys.executable, "-u", "-m", f"benchmarks.{name}", *arguments]
    said = []
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            said.append(line)
    if process.returncode:
        sys.exit(process.returncode)
    return "".join(said)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, help="FINGER_IMPRESSION.png, or sets of them")
    parser.add_argument("--dpi", default="", help="of the images: 500, SET=569, or both")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    return parser.parse_args()


def _accuracy(folder: Path, dpi: str) -> list[str]:
    """Arguments of the accuracy benchmark: every set with its resolution. Raises BadImages."""
    resolutions = Resolutions.parse(dpi)
    pairs(folder, resolutions)  # complains about what cannot be used
    return [str(folder), *(f"{name}={resolutions.of(name)}" for name in _sets(folder))]


def _sets(folder: Path) -> Iterator[str]:
    for place in (folder, *sorted(folder.iterdir())):
        if any(place.glob("*_*.png")):
            yield place.name


if __name__ == "__main__":
    main()
