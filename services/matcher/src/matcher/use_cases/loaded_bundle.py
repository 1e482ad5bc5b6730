"""What consists of one bundle of models: its index, and all that is decided or made by it."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.process.worker_pool import WorkerPool

from matcher.index.following_index import FollowingIndex
from matcher.index.served_index import ServedIndex
from matcher.models import ModelBundle
from matcher.store.store import Store
from matcher.use_cases.assess_fingers import AssessFingers
from matcher.use_cases.change_encounter import ChangeEncounter
from matcher.use_cases.compare_templates import CompareTemplates
from matcher.use_cases.describe_calibration import DescribeCalibration
from matcher.use_cases.draw_alteration import DrawAlteration
from matcher.use_cases.draw_comparison import DrawComparison
from matcher.use_cases.enrol import Enrol
from matcher.use_cases.extract_template import ExtractTemplate
from matcher.use_cases.identify import Identify
from matcher.use_cases.import_encounters import ImportEncounters
from matcher.use_cases.maintain_index import MaintainIndex
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.search import Search
from matcher.use_cases.segment_slap import SegmentSlap
from matcher.use_cases.verify import Verify


@dataclass(frozen=True, slots=True, eq=False)
class LoadedBundle:
    """A bundle of models with its index and use cases.

    A call that takes one of them is finished by the same bundle, whatever serves by then: probes,
    stored embeddings, index, scores and thresholds of one decision are of one version. store: the
    database with the embeddings of this bundle. index_parts: those of the index that are in this
    process. index_pool: the thread that changes them.
    """

    name: str
    models: ModelBundle
    store: Store
    index: ServedIndex
    index_parts: Sequence[FollowingIndex]
    index_pool: WorkerPool
    resolve_probe: ResolveProbe
    search: Search
    enrol: Enrol
    change_encounter: ChangeEncounter
    import_encounters: ImportEncounters
    identify: Identify
    verify: Verify
    draw_comparison: DrawComparison
    draw_alteration: DrawAlteration
    assess_fingers: AssessFingers
    extract_template: ExtractTemplate
    segment_slap: SegmentSlap
    compare_templates: CompareTemplates
    describe_calibration: DescribeCalibration
    maintain_index: MaintainIndex
