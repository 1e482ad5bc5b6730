"""Enumerations of the domain and their codes in the contract, in both directions."""

from passport.issuance.v1 import (
    accounts_pb2,
    adjudication_pb2,
    admin_pb2,
    applications_pb2,
    documents_pb2,
    offices_pb2,
    outages_pb2,
    schedule_pb2,
)
from passport.type.v1 import biometrics_pb2, civil_pb2

from issuance.domain.adjudication_referral import AdjudicationCause
from issuance.domain.adjudication_task import TaskState, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.circuit_breaker import CircuitState
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.collector import Collector
from issuance.domain.document import DocumentStatus
from issuance.domain.finger_check import FingerCheck
from issuance.domain.fingers import MissingReason
from issuance.domain.guardian import GuardianRelation
from issuance.domain.identification_rate import RatePhase
from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.notices import NoticeKind
from issuance.domain.open_item import OpenItemKind, ResolutionReason
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.payment import PaymentDifference
from issuance.domain.portrait_defects import PortraitDefect
from issuance.domain.portrait_exception import PortraitException
from issuance.domain.replacement import LossFinding
from issuance.domain.special_day import SpecialDayKind
from issuance.domain.states import ApplicationState
from issuance.domain.waiting_on import ResponsibleParty
from issuance.serialization import PRIORITY_CLASSES

APPLICATION_STATES = {
    state: applications_pb2.ApplicationState.Value(f"APPLICATION_STATE_{state.name}")
    for state in ApplicationState
}
APPLICATION_TYPES = {
    kind: applications_pb2.ApplicationType.Value(f"APPLICATION_TYPE_{kind.name}")
    for kind in ApplicationType
}
DOCUMENT_STATUSES = {
    status: documents_pb2.DocumentStatus.Value(f"DOCUMENT_STATUS_{status.name}")
    for status in DocumentStatus
}
SPECIAL_DAY_KINDS = {
    kind: offices_pb2.SpecialDayKind.Value(f"SPECIAL_DAY_KIND_{kind.name}")
    for kind in SpecialDayKind
}
RESPONSIBLE_PARTIES = {
    party: applications_pb2.ResponsibleParty.Value(f"RESPONSIBLE_PARTY_{party.name}")
    for party in ResponsibleParty
}
GUARDIAN_RELATIONS = {
    relation: applications_pb2.GuardianRelation.Value(f"GUARDIAN_RELATION_{relation.name}")
    for relation in GuardianRelation
}
LOSS_FINDINGS = {
    finding: applications_pb2.LossFinding.Value(f"LOSS_FINDING_{finding.name}")
    for finding in LossFinding
}
PAYMENT_DIFFERENCES = {
    difference: accounts_pb2.PaymentDifference.Value(f"PAYMENT_DIFFERENCE_{difference.name}")
    for difference in PaymentDifference
}
PORTRAIT_DEFECTS = {
    defect: applications_pb2.PortraitDefect.Value(f"PORTRAIT_DEFECT_{defect.name}")
    for defect in PortraitDefect
}
PORTRAIT_EXCEPTION_OF = {
    applications_pb2.PortraitException.Value(f"PORTRAIT_EXCEPTION_{exception.name}"): exception
    for exception in PortraitException
}
ADJUDICATION_CAUSES = {
    cause: adjudication_pb2.TaskCause.Value(f"TASK_CAUSE_{cause.name}")
    for cause in AdjudicationCause
}
TASK_STATES = {
    state: adjudication_pb2.TaskState.Value(f"TASK_STATE_{state.name}") for state in TaskState
}
VERDICTS = {
    verdict: adjudication_pb2.Verdict.Value(f"VERDICT_{verdict.name}") for verdict in Verdict
}
OUTAGE_SCOPES = {
    scope: outages_pb2.OutageScope.Value(f"OUTAGE_SCOPE_{scope.name}") for scope in OutageScope
}
NOTICE_KINDS = {
    kind: schedule_pb2.NoticeKind.Value(f"NOTICE_KIND_{kind.name}") for kind in NoticeKind
}
NOTICE_DELIVERIES = {
    delivery: schedule_pb2.NoticeDelivery.Value(f"NOTICE_DELIVERY_{delivery.name}")
    for delivery in NoticeDelivery
}
IDENTIFICATION_PHASES = {
    phase: admin_pb2.IdentificationPhase.Value(f"IDENTIFICATION_PHASE_{phase.name}")
    for phase in RatePhase
}
PRINTER_CIRCUITS = {
    state: admin_pb2.PrinterCircuit.Value(f"PRINTER_CIRCUIT_{state.name}") for state in CircuitState
}
OPEN_ITEM_KINDS = {
    kind: accounts_pb2.OpenItemKind.Value(f"OPEN_ITEM_KIND_{kind.name}") for kind in OpenItemKind
}
RESOLUTION_REASONS = {
    reason: accounts_pb2.ResolutionReason.Value(f"RESOLUTION_REASON_{reason.name}")
    for reason in ResolutionReason
}
OUTBOX_RESPONSIBLE_PARTIES = {
    OutboxTaskKind.IDENTIFY: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.VERIFY: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.SET_ENCOUNTER_STATUS: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.PRINT: applications_pb2.RESPONSIBLE_PARTY_PRINTER,
    OutboxTaskKind.NOTIFY: applications_pb2.RESPONSIBLE_PARTY_ADMINISTRATOR,
}
"""The party that must act before an outbox task of the kind can be done."""

RESOLUTION_REASON_OF = {code: member for member, code in RESOLUTION_REASONS.items()}
COLLECTORS = {
    collector: applications_pb2.Collector.Value(f"COLLECTOR_{collector.name}")
    for collector in Collector
}
FINGER_CHECKS = {
    check: applications_pb2.FingerCheck.Value(f"FINGER_CHECK_{check.name}") for check in FingerCheck
}
COLLECTOR_OF = {code: member for member, code in COLLECTORS.items()} | {
    applications_pb2.COLLECTOR_UNSPECIFIED: Collector.HOLDER
}
APPLICATION_STATE_OF = {code: member for member, code in APPLICATION_STATES.items()}
APPLICATION_TYPE_OF = {code: member for member, code in APPLICATION_TYPES.items()}
GUARDIAN_RELATION_OF = {code: member for member, code in GUARDIAN_RELATIONS.items()}
MISSING_REASON_OF = {
    biometrics_pb2.MissingReason.Value(f"MISSING_REASON_{reason.name}"): reason
    for reason in MissingReason
}
LOSS_FINDING_OF = {code: member for member, code in LOSS_FINDINGS.items()}
PRIORITY_CLASS_OF = {code: member for member, code in PRIORITY_CLASSES.items()} | {
    civil_pb2.PRIORITY_CLASS_UNSPECIFIED: PriorityClass.NORMAL
}
TASK_STATE_OF = {code: member for member, code in TASK_STATES.items()}
VERDICT_OF = {code: member for member, code in VERDICTS.items()}
OUTAGE_SCOPE_OF = {code: member for member, code in OUTAGE_SCOPES.items()}
