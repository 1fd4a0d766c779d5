"""Reading compose files as Docker does, as far as tests need it: extends and merging."""

from pathlib import Path
from typing import Any

import yaml

COMPOSE = Path(__file__).resolve().parents[2] / "compose"
FILES = ("docker-compose.dev.yml", "docker-compose.staging.yml", "docker-compose.prod.yml")


def load(name: str) -> dict[str, Any]:
    """Return a compose file with every `extends` carried out."""
    document: dict[str, Any] = yaml.safe_load((COMPOSE / name).read_text())
    services = document["services"]
    for service, body in services.items():
        if extended := body.pop("extends", None):
            base = yaml.safe_load((COMPOSE / extended["file"]).read_text())["services"]
            services[service] = merged(base[extended["service"]], body)
    return document


def merged(base: Any, over: Any) -> Any:
    """Merge as compose does: mappings by key, lists one after the other, commands replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        result = dict(base)
        for key, value in over.items():
            replaces = key not in base or key in {"command", "entrypoint", "test"}
            result[key] = value if replaces else merged(base[key], value)
        return result
    if isinstance(base, list) and isinstance(over, list):
        return base + over
    return over
