"""The container file's own steps, run by bash in an empty directory instead of a container."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy/docker/Dockerfile"
NEEDS_A_CONTAINER = ("useradd",)


@dataclass
class Stage:
    """One stage of the container file and where its `/` lies on this machine."""

    root: Path
    workdir: str = "/"
    entrypoint: list[str] = field(default_factory=list)

    def at(self, path: str) -> Path:
        return self.root / os.path.normpath(Path(self.workdir) / path).lstrip("/")


def build(target: str, folder: Path, built: Mapping[str, Stage]) -> Stage:
    """Build a stage, and those it needs but for those that are built."""
    stages = dict(built)
    current = Stage(folder)
    for step in DockerfileParser(str(DOCKERFILE)).structure:
        words = step["value"].split()
        if step["instruction"] == "COMMENT":
            continue
        if step["instruction"] == "FROM":
            current = built.get(words[-1]) or start(stages, words, folder)
        elif step["instruction"] == "WORKDIR":
            current.workdir = words[0]
            current.at(".").mkdir(parents=True, exist_ok=True)
        elif step["instruction"] == "ENTRYPOINT":
            current.entrypoint = json.loads(step["value"])
        elif current not in built.values() and wanted(current, target, stages):
            run(step["instruction"], words, step["value"], current, stages)
    return stages[target]


def start(stages: dict[str, Stage], words: list[str], folder: Path) -> Stage:
    base, name = stages.get(words[0]), words[-1]
    stage = Stage(folder / name)
    if base and base.root.exists():
        shutil.copytree(base.root, stage.root, symlinks=True)
        stage.workdir = base.workdir
    stage.root.mkdir(parents=True, exist_ok=True)
    stages[name] = stage
    return stage


def wanted(current: Stage, target: str, stages: dict[str, Stage]) -> bool:
    name = next(name for name, stage in stages.items() if stage is current)
    return name in ("build", f"build-{target}", "runtime", target)


def run(
    instruction: str, words: list[str], line: str, current: Stage, stages: dict[str, Stage]
) -> None:
    if instruction == "COPY":
        source, destination = words[-2], current.at(words[-1])
        origin = stages[words[0].split("=")[1]].at(source) if "=" in words[0] else ROOT / source
        for part in [origin] if "=" in words[0] else [ROOT / word for word in words[:-1]]:
            copy(part, destination / part.name if words[-1] == "./" else destination)
    elif instruction == "RUN" and not line.startswith(NEEDS_A_CONTAINER):
        subprocess.run(["bash", "-euc", line], cwd=current.at("."), check=True, timeout=600)


def copy(source: Path, destination: Path) -> None:
    destination.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, destination, symlinks=True, dirs_exist_ok=True, ignore=ignore)
    else:
        shutil.copy(source, destination)


@pytest.fixture(scope="module")
def with_tools(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Stage]:
    """The stage that all services begin with."""
    return {"build": build("build", tmp_path_factory.mktemp("image"), {})}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("service", ["matcher", "issuance", "printer"])
def test_the_program_of_the_image_starts(
    service: str,
    tmp_path: Path,
    with_tools: Mapping[str, Stage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(ROOT / ".tools/cache"))

    stage = build(service, tmp_path, with_tools)

    # Programs of a virtual environment name its folder, which in the image is /app.
    python = str(tmp_path / f"build-{service}" / "app/.venv/bin/python")
    program = stage.at(stage.entrypoint[0])
    answer = subprocess.run(
        [python, str(program), "--help"], capture_output=True, text=True, timeout=120, check=False
    )
    assert answer.returncode == 0, answer.stderr
    assert "serve" in answer.stdout
    assert "migrate" in answer.stdout
