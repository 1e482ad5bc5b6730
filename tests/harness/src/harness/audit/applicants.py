"""Audit of applicants: every honest one has a passport, no duplicate has one."""

from collections.abc import Iterable

from passport.issuance.v1 import applications_pb2 as applications
from passport.printer.v1 import stock_pb2

from harness.audit.gathered import AuditData, day, number
from harness.demo_facts import Check, Facts
from harness.machine_output import numbers_on_paper

HANDED_OVER = applications.APPLICATION_STATE_HANDED_OVER
REFUSED = applications.APPLICATION_STATE_REFUSED


def people(data: AuditData, facts: Facts) -> Iterable[Check]:
    """Check that each honest applicant holds their own passport, and nobody else holds one."""
    cases, files = data.ground_truth.cases, data.files
    planted = {key for key, case in cases.items() if case.applicant.planted}
    honest = [file for file in files if file.application_id not in planted]
    facts.applications = len(files)
    facts.collected = sum(file.state == HANDED_OVER for file in files)
    facts.refused = sum(file.state == REFUSED for file in files)
    facts.honest_refused = sum(file.state == REFUSED for file in honest)
    facts.planted = len(planted)
    yield Check(
        "no honest applicant was refused", not facts.honest_refused, number(facts.honest_refused)
    )
    waiting = [file for file in honest if file.state != HANDED_OVER]
    yield Check(
        "nobody is forgotten",
        not waiting,
        f"{len(honest) - len(waiting)} of {len(honest)} collected",
    )
    on_paper = numbers_on_paper(data.machine_outputs)
    yield Check(
        "each holds the book with their own number",
        all(on_paper.get(f.book_serial) == f.document_number for f in honest),
        "document numbers read from the pages",
    )
    issued = {b.serial for b in data.books if b.state == stock_pb2.BOOK_STATE_ISSUED}
    yield Check(
        "nobody else holds one",
        issued == {f.book_serial for f in honest if f.state == HANDED_OVER},
        f"{len(issued)} passports issued",
    )
    renewals = [f for f in honest if cases[f.application_id].applicant.renews]
    facts.renewals = len(renewals)
    facts.own_record_first = sum(file.own_record_first for file in renewals)


def identities(data: AuditData, facts: Facts) -> Iterable[Check]:
    """Check that duplicates were refused by two examiners and false alarms cleared on their day."""
    cases = data.ground_truth.cases
    tasks = [one.task for one in data.examined]
    against = {t.application_id: t for t in tasks if cases[t.application_id].applicant.planted}
    alarms = [task for task in tasks if task.application_id not in against]
    confirmed = [
        task for task in against.values()
        if len({examination.by for examination in task.examinations}) == len(task.examinations) >= 2
        and _state(data, task.application_id) == REFUSED
    ]  # fmt: skip
    facts.planted_adjudicated, facts.planted_confirmed = len(against), len(confirmed)
    yield Check(
        "each second identity was refused by two different examiners",
        len(confirmed) == facts.planted,
        f"{len(confirmed)} of {facts.planted}",
    )
    cleared = [
        task for task in alarms
        if day(task.opened_at, data.zone) == day(task.closed_at, data.zone)
        and _state(data, task.application_id) == HANDED_OVER
    ]  # fmt: skip
    facts.false_alarms, facts.false_alarms_cleared = len(alarms), len(cleared)
    yield Check(
        "each false alarm was cleared on its day",
        len(cleared) == len(alarms),
        f"{len(cleared)} of {len(alarms)}",
    )


def _state(data: AuditData, application_id: str) -> int:
    return next(f.state for f in data.files if f.application_id == application_id)
