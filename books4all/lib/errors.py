"""Errors that a person or a program can do something about."""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule said no.

    ``code`` is stable and meant for programs, ``message`` is translated and meant for people,
    ``status`` is the HTTP status of the answer, and ``fields`` names the inputs to mend.
    """

    code = "invalid"
    status = 400

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, list[str]] | None = None,
        **extra: object,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.extra = extra


class NotFoundError(DomainError):
    """There is no such row, or it is not the asker's."""

    code = "not_found"
    status = 404


class ConflictError(DomainError):
    """The state has moved on: look again, then decide again."""

    code = "conflict"
    status = 409
