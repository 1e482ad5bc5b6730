"""Whether the outages that last let an activity at an office go on."""

from issuance.domain.activity import Activity, StoppedByOutage
from issuance.store.records import Records


async def require_not_stopped(records: Records, office: str, activity: Activity) -> None:
    """Raise StoppedByOutage if an outage that lasts stops the activity at the office."""
    for id, outage in (await records.outages.ongoing()).items():
        if outage.affects(office) and outage.stops(activity):
            raise StoppedByOutage(
                f"{activity} is stopped until an outage ends: {outage.cause}",
                outage=id,
                activity=activity,
            )
