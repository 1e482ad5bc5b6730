import pytest

from .evaluation_run import Run, evaluate_synthetic_images


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return evaluate_synthetic_images(tmp_path_factory.mktemp("evaluation"))
