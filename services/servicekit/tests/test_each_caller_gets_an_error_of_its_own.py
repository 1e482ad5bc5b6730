"""An error for several callers is copied for each, whatever arguments its class takes."""

from servicekit.errors import DomainError, ErrorKind, StorageFull, own_copy


class InDoubt(DomainError):
    """Something is in doubt."""

    kind = ErrorKind.UNAVAILABLE
    reason = "IN_DOUBT"

    def __init__(self, doubt: str, sources: int) -> None:
        super().__init__(f"in doubt: {doubt}", field="doubt", sources=str(sources))
        self.doubt = doubt


def test_a_copy_says_the_same() -> None:
    error = InDoubt("the sum", 2)

    copied = own_copy(error)

    assert isinstance(copied, InDoubt)
    assert copied is not error
    assert copied.__cause__ is error
    assert str(copied) == copied.message == "in doubt: the sum"
    assert (copied.field, copied.doubt, copied.metadata) == ("doubt", "the sum", {"sources": "2"})


def test_one_without_arguments_of_its_own_is_copied() -> None:
    copied = own_copy(StorageFull("the disk is full"))

    assert isinstance(copied, StorageFull)
    assert copied.message == "the disk is full"
