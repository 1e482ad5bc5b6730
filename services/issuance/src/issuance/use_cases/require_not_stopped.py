"""Whether the outage policy lets an activity at an office go on."""

from issuance.domain.outage_policy import Activity, StoppedByOutage
from issuance.store.records import Records


async def require_not_stopped(records: Records, office: str, activity: Activity) -> None:
    """Raise StoppedByOutage if an outage that lasts stops the activity at the office."""
    for id, outage in (await records.outages.ongoing()).items():
        if outage.affects(office) and records.outages.policy.stops(outage, activity):
            raise StoppedByOutage(
                f"{activity} is stopped until an outage ends: {outage.cause}",
                outage=id,
                activity=activity,
            )
