"""What monitoring sees of the matcher's index, for Prometheus.

`deploy/prometheus/alerts.yml` has the rules by which somebody is told.
"""

from prometheus_client.core import GaugeMetricFamily, Metric

from matcher.domain.index_capacity import IndexCapacity
from matcher.index.served_index import ServedIndex


async def read_metrics(index: ServedIndex, capacity: IndexCapacity) -> list[Metric]:
    """Return what the index of this replica holds now; the limit only if there is one."""
    state = index.state()
    found = [
        ("matcher_index_people", "Persons in the index", state.people),
        ("matcher_index_bytes", "Memory used by the index, bytes", state.size_bytes),
        ("matcher_index_bytes_limit", "Memory it may take, bytes", capacity.limit_bytes),
    ]
    return [
        GaugeMetricFamily(name, text, value=value)
        for name, text, value in found
        if value is not None
    ]
