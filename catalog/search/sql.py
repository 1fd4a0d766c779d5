"""Statements in the making."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Sql:
    """The parameters of a statement, by name."""

    params: dict[str, Any] = field(default_factory=dict)

    def param(self, value: Any) -> str:
        """Add a parameter and return its placeholder."""
        name = f"p{len(self.params)}"
        self.params[name] = value
        return f"%({name})s"

    def inline(self, text: str, params: Sequence[Any]) -> str:
        """Return ``text``, written for parameters by position, with parameters by name."""
        pieces = text.split("%s")
        names = [self.param(value) for value in params]
        return "".join(a + b for a, b in zip(pieces, [*names, ""], strict=True))
