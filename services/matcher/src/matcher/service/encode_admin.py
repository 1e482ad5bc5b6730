"""How do the state of the matcher and of its index turn into messages of the contract?"""

from collections.abc import Sequence

from passport.matcher.v1 import admin_pb2

from matcher.domain.index_entry import SnapshotFacts, UnreadableFinger
from matcher.domain.model_bundle import BundleState
from matcher.use_cases.get_status import BundleStatus, MatcherStatus
from matcher.use_cases.maintain_index import RebuiltIndex
from matcher.use_cases.migrate_model import Migration
from matcher.use_cases.readiness import ServiceLevel

_LEVELS = {
    ServiceLevel.FULL: admin_pb2.SERVICE_LEVEL_FULL,
    ServiceLevel.VERIFY_ONLY: admin_pb2.SERVICE_LEVEL_VERIFY_ONLY,
    ServiceLevel.DOWN: admin_pb2.SERVICE_LEVEL_DOWN,
}
_BUNDLE_STATES = {
    BundleState.SERVING: admin_pb2.MODEL_BUNDLE_STATE_SERVING,
    BundleState.EMBEDDING: admin_pb2.MODEL_BUNDLE_STATE_EMBEDDING,
    BundleState.LOADING: admin_pb2.MODEL_BUNDLE_STATE_LOADING,
    BundleState.KEPT: admin_pb2.MODEL_BUNDLE_STATE_KEPT,
}
_MAX_UNREADABLE = 20
"""Most encounters with an unreadable template that the status names; it counts all templates."""


def snapshot(facts: SnapshotFacts) -> admin_pb2.Snapshot:
    """Return the result of CreateSnapshot and VerifySnapshot."""
    return admin_pb2.Snapshot(
        change_token=str(facts.change_token),
        encounters=facts.encounters,
        size_bytes=facts.size_bytes,
    )


def rebuilt_index(rebuilt: RebuiltIndex) -> admin_pb2.RebuildResult:
    """Return the result of RebuildIndex."""
    return admin_pb2.RebuildResult(
        change_token=rebuilt.change_token,
        people=rebuilt.state.people,
        fingers=rebuilt.state.fingers,
    )


def migration(made: Migration) -> admin_pb2.MigrationResult:
    """Return the result of MigrateModel."""
    return admin_pb2.MigrationResult(
        bundle=made.bundle, model_version=made.model_version, change_token=made.change_token
    )


def status(present: MatcherStatus) -> admin_pb2.MatcherStatus:
    """Return the answer to GetStatus."""
    message = admin_pb2.MatcherStatus(
        level=_LEVELS[present.level],
        reason=present.reason,
        latest_change=present.latest_change.number,
        applied_change=present.index.applied_change,
        people=present.index.people,
        fingers=present.index.fingers,
        pending_encounters=present.pending_encounters,
        index_bytes=present.index.size_bytes,
        model_version=f"{present.versions.model_version} {present.versions.calibration}",
        snapshot_change=present.index.snapshot_change or 0,
        has_snapshot=present.index.snapshot_change is not None,
        database_epoch=present.latest_change.database_epoch,
        decisions=present.decisions,
        undecided_decisions=present.undecided_decisions,
        open_operations=present.open_operations,
        draining=present.draining,
        unreadable_templates=len(present.index.unreadable),
        unreadable_encounter_ids=_first_encounter_ids(present.index.unreadable),
        index_bytes_limit=present.index_bytes_limit,
        people_left=present.people_left,
        model_bundles=[_bundle(each) for each in present.bundles],
    )
    if present.oldest_pending is not None:
        message.oldest_pending.FromTimedelta(present.oldest_pending)
    return message


def _bundle(status: BundleStatus) -> admin_pb2.ModelBundleStatus:
    message = admin_pb2.ModelBundleStatus(
        name=status.name, state=_BUNDLE_STATES[status.state], progress=status.progress
    )
    if status.since is not None:
        message.since.FromDatetime(status.since)
    if status.expected_at is not None:
        message.expected_at.FromDatetime(status.expected_at)
    for report in status.reports:
        replica = message.replicas.add(
            replica=report.replica, ready=report.is_ready, problem=report.problem
        )
        replica.seen_at.FromDatetime(report.seen_at)
    return message


def _first_encounter_ids(unreadable: Sequence[UnreadableFinger]) -> list[str]:
    encounter_ids = dict.fromkeys(finger.encounter_id for finger in unreadable)
    return [*encounter_ids][:_MAX_UNREADABLE]
