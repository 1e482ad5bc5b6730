"""Servicer of `MatcherAdmin`: the state of the matcher and care for its index."""

from google.longrunning import operations_pb2
from passport.matcher.v1 import admin_pb2 as pb
from passport.matcher.v1 import admin_pb2_grpc
from servicekit.errors import NotPermitted
from servicekit.grpc.server import Context
from servicekit.security.identity import NATIONAL, current_caller

from matcher.service import encode_admin as encode
from matcher.service.start_operation import StartOperation, operation_method
from matcher.use_cases.discard_models import DiscardModels
from matcher.use_cases.get_status import GetStatus
from matcher.use_cases.migrate_model import MigrateModel
from matcher.use_cases.readiness import Readiness
from matcher.use_cases.run_operations import OperationMethod
from matcher.use_cases.serving_bundle import ServingBundle

_SERVICE = "passport.matcher.v1.MatcherAdmin"
CREATE_SNAPSHOT = f"{_SERVICE}/CreateSnapshot"
VERIFY_SNAPSHOT = f"{_SERVICE}/VerifySnapshot"
REBUILD_INDEX = f"{_SERVICE}/RebuildIndex"
MIGRATE_MODEL = f"{_SERVICE}/MigrateModel"
DISCARD_MODELS = f"{_SERVICE}/DiscardModels"


class MatcherAdmin(admin_pb2_grpc.MatcherAdminServicer):
    """Shows administrators the state of the matcher, and has its index cared for."""

    def __init__(
        self,
        get_status: GetStatus,
        readiness: Readiness,
        serving: ServingBundle,
        migrate_model: MigrateModel,
        start: StartOperation,
    ) -> None:
        self._get_status = get_status
        self._readiness = readiness
        self._serving = serving
        self._migrate_model = migrate_model
        self._start = start

    async def GetStatus(self, request: pb.GetStatusRequest, context: Context) -> pb.MatcherStatus:
        """Return the state of the matcher."""
        answer = encode.status(await self._get_status())
        if current_caller().office != NATIONAL:  # they may be of other offices
            answer.ClearField("unreadable_encounter_ids")
        return answer

    async def CreateSnapshot(
        self, request: pb.CreateSnapshotRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start to write a snapshot of this replica's index."""
        _require_national()
        return await self._start(request, CREATE_SNAPSHOT, on_this_replica=True)

    async def VerifySnapshot(
        self, request: pb.VerifySnapshotRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start to compare this replica's last snapshot with the database."""
        _require_national()
        return await self._start(request, VERIFY_SNAPSHOT, on_this_replica=True)

    async def RebuildIndex(
        self, request: pb.RebuildIndexRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start to make this replica's index anew."""
        _require_national()
        return await self._start(
            request,
            REBUILD_INDEX,
            on_this_replica=True,
            check=self._serving.current.index.require_room,
        )

    async def MigrateModel(
        self, request: pb.MigrateModelRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start to change to another bundle of models."""
        _require_national()
        return await self._start(
            request, MIGRATE_MODEL, check=lambda: self._migrate_model.check(request.bundle)
        )

    async def DiscardModels(
        self, request: pb.DiscardModelsRequest, context: Context
    ) -> operations_pb2.Operation:
        """Start to give back what bundles that do not serve take."""
        _require_national()
        return await self._start(request, DISCARD_MODELS)

    async def SetDraining(
        self, request: pb.SetDrainingRequest, context: Context
    ) -> pb.SetDrainingResponse:
        """Have this replica refuse new work, or accept it again."""
        _require_national()
        await self._readiness.set_draining(request.draining)
        return pb.SetDrainingResponse(draining=request.draining)


def _require_national() -> None:
    """Raise NotPermitted for an office's administrator: all offices depend on this service."""
    if current_caller().office != NATIONAL:
        raise NotPermitted("only a national administrator may do this")


def index_operations(serving: ServingBundle) -> dict[str, OperationMethod]:
    """Return how the operations on the index are carried out, by method."""
    return {
        CREATE_SNAPSHOT: operation_method(
            pb.CreateSnapshotRequest,
            encode.snapshot,
            lambda _, store_response, __: serving.current.maintain_index.create_snapshot(
                store_response
            ),
        ),
        VERIFY_SNAPSHOT: operation_method(
            pb.VerifySnapshotRequest,
            encode.snapshot,
            lambda _, store_response, __: serving.current.maintain_index.verify_snapshot(
                store_response
            ),
        ),
        REBUILD_INDEX: operation_method(
            pb.RebuildIndexRequest,
            encode.rebuilt_index,
            lambda request, store_response, running: serving.current.maintain_index.rebuild(
                recompute_embeddings=request.recompute_embeddings,
                store_response=store_response,
                report_progress=running.report_progress,
            ),
        ),
    }


def model_operations(migrate: MigrateModel, discard: DiscardModels) -> dict[str, OperationMethod]:
    """Return how the operations on bundles of models are carried out, by method."""
    return {
        MIGRATE_MODEL: operation_method(
            pb.MigrateModelRequest,
            encode.migration,
            lambda request, store_response, running: migrate(
                request.bundle, running, store_response
            ),
        ),
        DISCARD_MODELS: operation_method(
            pb.DiscardModelsRequest,
            lambda deleted: pb.DiscardResult(embeddings=deleted),
            lambda _, store_response, __: discard(store_response),
        ),
    }
