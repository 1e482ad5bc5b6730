"""What replacing a lost or damaged passport needs: Permenkumham 8/2014, articles 40 and 41."""

from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.application_type import ApplicationType


class LossFinding(StrEnum):
    """How the interview found that a passport was lost: the cases of article 41 (2)."""

    FORCE_MAJEURE = "force_majeure"
    """Disaster: fire, flood, earthquake."""
    ACCIDENT = "accident"
    """Not by intention, and with an acceptable reason."""
    NEGLIGENCE = "negligence"
    """Carelessness without an acceptable reason: the office may postpone the replacement."""


class PoliceReportRequired(DomainError):
    """A lost passport is reported to the police, unless a supervisor accepted force majeure."""

    kind = ErrorKind.INVALID
    reason = "POLICE_REPORT_REQUIRED"


class OldBookRequired(DomainError):
    """A damaged passport is handed in (`returned_document_number`)."""

    kind = ErrorKind.INVALID
    reason = "OLD_BOOK_REQUIRED"


class LossFindingRequired(DomainError):
    """The interview about a lost passport says how it was lost (`loss_finding`)."""

    kind = ErrorKind.INVALID
    reason = "LOSS_FINDING_REQUIRED"


class ForceMajeureNotAccepted(DomainError):
    """FORCE_MAJEURE is found where a supervisor has accepted it (`AcceptForceMajeure`)."""

    kind = ErrorKind.PRECONDITION
    reason = "FORCE_MAJEURE_NOT_ACCEPTED"


class NothingToReplace(DomainError):
    """Force majeure matters to the replacement of a lost or damaged passport only."""

    kind = ErrorKind.PRECONDITION
    reason = "NOTHING_TO_REPLACE"


class LostByNegligence(DomainError):
    """Who approves a passport that was lost by negligence says why it is not postponed."""

    kind = ErrorKind.PRECONDITION
    reason = "LOST_BY_NEGLIGENCE"


@dataclass(frozen=True, slots=True)
class LossPapers:
    """What was brought. police_report: its reference. returned_document: number of the old book."""

    police_report: str = ""
    returned_document: str = ""


NO_PAPERS = LossPapers()


def require_loss_papers(kind: ApplicationType, papers: LossPapers, *, force_majeure: bool) -> None:
    """Raise PoliceReportRequired or OldBookRequired if the replacement misses it.

    force_majeure: whether a supervisor accepted it.
    """
    lost = kind is ApplicationType.REPLACEMENT_LOST
    if lost and not papers.police_report and not force_majeure:
        raise PoliceReportRequired(
            "enter the reference of the police report, or have a supervisor accept force majeure",
            field="police_report",
        )
    if kind is ApplicationType.REPLACEMENT_DAMAGED and not papers.returned_document:
        raise OldBookRequired(
            "take the damaged book and enter its number", field="returned_document_number"
        )


def require_loss_finding(
    kind: ApplicationType, finding: LossFinding | None, *, force_majeure: bool
) -> None:
    """Raise LossFindingRequired or ForceMajeureNotAccepted. force_majeure: as above."""
    if kind is ApplicationType.REPLACEMENT_LOST and finding is None:
        raise LossFindingRequired("say how the passport was lost", field="loss_finding")
    if finding is LossFinding.FORCE_MAJEURE and not force_majeure:
        raise ForceMajeureNotAccepted("a supervisor accepts force majeure first")


def require_explained_negligence(finding: LossFinding | None, reason: str) -> None:
    """Raise LostByNegligence if a passport was lost by negligence and no reason is given."""
    if finding is LossFinding.NEGLIGENCE and not reason.strip():
        raise LostByNegligence("say why the replacement is not postponed", field="reason")


def require_replaceable(kind: ApplicationType) -> None:
    """Raise NothingToReplace unless a lost or damaged passport is to be replaced."""
    if kind not in (ApplicationType.REPLACEMENT_LOST, ApplicationType.REPLACEMENT_DAMAGED):
        raise NothingToReplace("the application replaces no lost or damaged passport")
