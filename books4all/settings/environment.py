"""Strict reading of environment variables: a wrong value stops the start, it is never guessed at."""

import os
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_MISSING = object()


def text(name: str, default: str | object = _MISSING) -> str:
    """Return the variable ``name``, or the content of the file that ``name_FILE`` names.

    Raises:
        ImproperlyConfigured: neither is set and there is no default.
    """
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text(encoding="utf-8").strip()
    value = os.environ.get(name, default)
    if not isinstance(value, str):
        msg = f"Set the environment variable {name} (or {name}_FILE): see .env.example"
        raise ImproperlyConfigured(msg)
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a variable that is ``True`` or ``False``; anything else stops the start."""
    value = text(name, str(default))
    if value not in {"True", "False"}:
        msg = f"{name} must be True or False, not {value!r}"
        raise ImproperlyConfigured(msg)
    return value == "True"


def integer(name: str, *, default: int, least: int = 0) -> int:
    """Return a whole number of at least ``least``."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        msg = f"{name} must be a whole number of at least {least}, not {value!r}"
        raise ImproperlyConfigured(msg)
    return int(value)


def choice(name: str, default: str, among: Sequence[str]) -> str:
    """Return a variable that is one of ``among``; anything else stops the start."""
    value = text(name, default)
    if value not in among:
        msg = f"{name} must be one of {', '.join(among)}, not {value!r}"
        raise ImproperlyConfigured(msg)
    return value


def names(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list without blanks."""
    return [part.strip() for part in text(name, default).split(",") if part.strip()]
