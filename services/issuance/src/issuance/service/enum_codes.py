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
from servicekit.grpc.enum_codes import enum_codes, members_by_code

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
from issuance.domain.office_history import OfficeEvent
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

APPLICATION_STATES = enum_codes(ApplicationState, applications_pb2.ApplicationState)
APPLICATION_TYPES = enum_codes(ApplicationType, applications_pb2.ApplicationType)
DOCUMENT_STATUSES = enum_codes(DocumentStatus, documents_pb2.DocumentStatus)
SPECIAL_DAY_KINDS = enum_codes(SpecialDayKind, offices_pb2.SpecialDayKind)
OFFICE_EVENTS = enum_codes(OfficeEvent, offices_pb2.OfficeEvent)
RESPONSIBLE_PARTIES = enum_codes(ResponsibleParty, applications_pb2.ResponsibleParty)
GUARDIAN_RELATIONS = enum_codes(GuardianRelation, applications_pb2.GuardianRelation)
COLLECTORS = enum_codes(Collector, applications_pb2.Collector)
LOSS_FINDINGS = enum_codes(LossFinding, applications_pb2.LossFinding)
PAYMENT_DIFFERENCES = enum_codes(PaymentDifference, accounts_pb2.PaymentDifference)
PORTRAIT_DEFECTS = enum_codes(PortraitDefect, applications_pb2.PortraitDefect)
ADJUDICATION_CAUSES = enum_codes(AdjudicationCause, adjudication_pb2.TaskCause)
TASK_STATES = enum_codes(TaskState, adjudication_pb2.TaskState)
VERDICTS = enum_codes(Verdict, adjudication_pb2.Verdict)
OUTAGE_SCOPES = enum_codes(OutageScope, outages_pb2.OutageScope)
NOTICE_KINDS = enum_codes(NoticeKind, schedule_pb2.NoticeKind)
NOTICE_DELIVERIES = enum_codes(NoticeDelivery, schedule_pb2.NoticeDelivery)
IDENTIFICATION_PHASES = enum_codes(RatePhase, admin_pb2.IdentificationPhase)
PRINTER_CIRCUITS = enum_codes(CircuitState, admin_pb2.PrinterCircuit)
OPEN_ITEM_KINDS = enum_codes(OpenItemKind, accounts_pb2.OpenItemKind)
RESOLUTION_REASONS = enum_codes(ResolutionReason, accounts_pb2.ResolutionReason)
OUTBOX_RESPONSIBLE_PARTIES = {
    OutboxTaskKind.IDENTIFY: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.VERIFY: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.SET_ENCOUNTER_STATUS: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.MERGE_PERSONS: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.UNDO_MERGE: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    OutboxTaskKind.PRINT: applications_pb2.RESPONSIBLE_PARTY_PRINTER,
    OutboxTaskKind.NOTIFY: applications_pb2.RESPONSIBLE_PARTY_ADMINISTRATOR,
}
"""The party that must act before an outbox task of the kind can be done."""

FINGER_CHECKS = enum_codes(FingerCheck, applications_pb2.FingerCheck)
COLLECTOR_OF = members_by_code(COLLECTORS) | {
    applications_pb2.COLLECTOR_UNSPECIFIED: Collector.HOLDER
}
APPLICATION_STATE_OF = members_by_code(APPLICATION_STATES)
APPLICATION_TYPE_OF = members_by_code(APPLICATION_TYPES)
GUARDIAN_RELATION_OF = members_by_code(GUARDIAN_RELATIONS)
MISSING_REASON_OF = members_by_code(enum_codes(MissingReason, biometrics_pb2.MissingReason))
PORTRAIT_EXCEPTION_OF = members_by_code(
    enum_codes(PortraitException, applications_pb2.PortraitException)
)
LOSS_FINDING_OF = members_by_code(LOSS_FINDINGS)
PRIORITY_CLASS_OF = members_by_code(PRIORITY_CLASSES) | {
    civil_pb2.PRIORITY_CLASS_UNSPECIFIED: PriorityClass.NORMAL
}
TASK_STATE_OF = members_by_code(TASK_STATES)
RESOLUTION_REASON_OF = members_by_code(RESOLUTION_REASONS)
VERDICT_OF = members_by_code(VERDICTS)
OUTAGE_SCOPE_OF = members_by_code(OUTAGE_SCOPES)
