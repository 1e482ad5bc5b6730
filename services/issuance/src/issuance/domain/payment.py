"""Payment of the fee: one receipt pays one application."""

from servicekit.errors import DomainError, ErrorKind


class ReceiptUsed(DomainError):
    """The receipt was recorded for another application (metadata: application_id, if visible)."""

    kind = ErrorKind.PRECONDITION
    reason = "RECEIPT_USED"

    def __init__(self, application_id: str = "") -> None:
        super().__init__("this receipt was recorded for another application", field="receipt")
        if application_id:
            self.metadata["application_id"] = application_id
