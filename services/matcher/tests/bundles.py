"""Bundles of models that differ from the packaged one, and callers that change to them."""

import asyncio
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import numpy as np
import onnx
from google.longrunning import operations_pb2, operations_pb2_grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from matcher.calibration.score_calibration import CALIBRATION_FILE
from matcher.comparison.descriptor import DESCRIPTOR_FILE
from matcher.comparison.descriptor_quantizer import QUANTIZER_FILE
from matcher.comparison.likelihood import LIKELIHOOD_FILE
from matcher.embedding.embedding_network import EMBEDDING_FILE
from onnx import numpy_helper
from passport.matcher.v1 import admin_pb2, admin_pb2_grpc

from services.databases import execute

from .caller import Caller
from .conftest import Callers
from .matcher_process import TIMEOUT_SECONDS, Matcher

OPERATION_SECONDS = 240.0
"""That a change of models may take, beside other tests."""
_FILES = EMBEDDING_FILE, DESCRIPTOR_FILE, LIKELIHOOD_FILE, CALIBRATION_FILE, QUANTIZER_FILE


def make_bundle(bundles: Path, name: str, *, scores: float = 0.9) -> Path:
    """A bundle as good as the packaged one, of other versions, in a folder of bundles.

    Its embeddings are those of the packaged one with the numbers in reverse order: of both versions
    together they are of no use. scores: by which it multiplies each calibrated score.
    """
    folder = bundles / name
    folder.mkdir(parents=True)
    for file in _FILES:
        shutil.copy(file, folder / file.name)
    network = onnx.load(str(EMBEDDING_FILE))
    for tensor in network.graph.initializer:
        if tensor.name.startswith("project"):
            reverse = np.ascontiguousarray(numpy_helper.to_array(tensor)[..., ::-1])
            tensor.CopyFrom(numpy_helper.from_array(reverse, tensor.name))
    onnx.save(network, str(folder / EMBEDDING_FILE.name))
    change_calibration(folder, scores)
    return folder


def change_calibration(folder: Path, scores: float, comparison: str = "") -> None:
    """Multiply the calibrated scores of a bundle, or say that they are of another comparison."""
    calibration = json.loads((folder / CALIBRATION_FILE.name).read_text())
    for curve in calibration["curves"] + calibration["without_map"]["curves"]:
        curve["score"] = [score * scores for score in curve["score"]]
        curve["decade"] /= scores
    if comparison:
        calibration["comparison"] = comparison
    (folder / CALIBRATION_FILE.name).write_text(json.dumps(calibration))
    sum_files(folder)


def sum_files(folder: Path) -> None:
    """Write SHA256SUMS over the files of a bundle, as sha256sum does."""
    lines = [
        f"{hashlib.sha256((folder / file.name).read_bytes()).hexdigest()}  {file.name}\n"
        for file in _FILES
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def administrator_of(
    matcher: Matcher, callers: Callers, seconds: float = OPERATION_SECONDS
) -> "Administrator":
    """Return an administrator of the nation, who may change models.

    seconds: that an operation may take.
    """
    return Administrator(callers(matcher, tls=matcher.administrator()), seconds)


def embeddings_by_version(matcher: Matcher) -> dict[str, int]:
    """Return how many embeddings a matcher stores of each version of the model."""
    statement = "SELECT version, count(*) FROM embeddings GROUP BY version"
    return {row[0]: row[1] for row in execute(matcher.database_url, statement)}


class Administrator:
    """A caller that changes models."""

    def __init__(self, caller: Caller, seconds: float = OPERATION_SECONDS) -> None:
        self._seconds = seconds
        self._admin: Any = admin_pb2_grpc.MatcherAdminStub(caller.channel)
        self._operations: Any = operations_pb2_grpc.OperationsStub(caller.channel)

    async def start(self, bundle: str, request_id: str = "") -> Any:
        """Start to change to a bundle, and return the operation."""
        request = admin_pb2.MigrateModelRequest(
            request_id=request_id or str(uuid4()), bundle=bundle
        )
        return await self._admin.MigrateModel(request, timeout=TIMEOUT_SECONDS)

    async def migrate(self, bundle: str) -> Any:
        """Change to a bundle, and return the operation when it has ended."""
        return await self.ended((await self.start(bundle)).name)

    async def discard(self) -> Any:
        """Discard what does not serve, and return the operation when it has ended."""
        request = admin_pb2.DiscardModelsRequest(request_id=str(uuid4()))
        started = await self._admin.DiscardModels(request, timeout=TIMEOUT_SECONDS)
        return await self.ended(started.name)

    async def ended(self, name: str) -> Any:
        """Return an operation when it has ended."""
        request = operations_pb2.WaitOperationRequest(name=name)
        async with asyncio.timeout(self._seconds):
            while True:  # a call waits less long than some operations take
                try:
                    operation = await self._operations.WaitOperation(
                        request, timeout=TIMEOUT_SECONDS, wait_for_ready=True
                    )
                except grpc.aio.AioRpcError as error:
                    if error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED:
                        raise
                else:
                    if operation.done:
                        return operation

    async def cancel(self, name: str) -> None:
        """Ask for an operation to be given up; it may have ended before."""
        request = operations_pb2.CancelOperationRequest(name=name)
        await self._operations.CancelOperation(request, timeout=TIMEOUT_SECONDS)

    async def bundles(self) -> list[tuple[str, str]]:
        """Return the bundles and their states, as GetStatus tells them."""
        status = await self._admin.GetStatus(
            admin_pb2.GetStatusRequest(), timeout=TIMEOUT_SECONDS, wait_for_ready=True
        )
        return [
            (
                each.name,
                admin_pb2.ModelBundleState.Name(each.state).removeprefix("MODEL_BUNDLE_STATE_"),
            )
            for each in status.model_bundles
        ]

    async def bundles_but_serving(self) -> list[str]:
        """Return the names of the bundles that do not serve."""
        return [name for name, state in await self.bundles() if state != "SERVING"]


def reason(operation: Any) -> str:
    """The reason of an operation's error."""
    info = error_details_pb2.ErrorInfo()
    assert operation.error.details[0].Unpack(info), operation
    return str(info.reason)
