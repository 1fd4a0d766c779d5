"""The compose files, as far as a machine without a Docker engine can tell."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.deployment.compose import COMPOSE, FILES, load

PROJECT = COMPOSE.parent
TOOLS = Path(sys.executable).parent


@pytest.fixture(params=FILES)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return load(request.param)


def test_every_file_keeps_to_the_compose_schema(tmp_path: Path) -> None:
    files = [COMPOSE / "base.yml", *(COMPOSE / name for name in FILES)]
    for name in FILES:  # and so does what comes out of `extends`
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(load(name)))
    checked = subprocess.run(
        [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_the_dockerfile_is_clean() -> None:
    checked = subprocess.run(
        [TOOLS / "hadolint", COMPOSE / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout


def test_the_image_runs_as_nobody_in_particular_and_tells_its_health() -> None:
    text = (COMPOSE / "Dockerfile").read_text()
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001"
    assert "HEALTHCHECK" in text


def test_what_a_service_depends_on_is_there_and_can_fulfil_it(document: dict[str, Any]) -> None:
    services = document["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services, f"{name} depends on {needed}, which is not defined"
            health = services[needed].get("healthcheck", {})
            if how["condition"] == "service_healthy":
                in_image = "build" in services[needed]
                assert not health.get("disable"), f"{name} waits for {needed}'s health for ever"
                assert in_image or "test" in health, f"{needed} has no health check"
            if how["condition"] == "service_completed_successfully":
                assert services[needed]["restart"] == "no", f"{needed} never completes"


def test_networks_volumes_and_mounted_files_are_there(document: dict[str, Any]) -> None:
    volumes, networks = document.get("volumes", {}), document.get("networks", {})
    for name, service in document["services"].items():
        assert set(service.get("networks", [])) <= set(networks), name
        for mount in service.get("volumes", []):
            source = mount.rsplit(":/", 1)[0]
            if source.startswith("."):
                assert (COMPOSE / source).exists(), f"{name} mounts {source}"
            elif not source.startswith("$"):
                assert source in volumes, f"{name} mounts the undefined volume {source}"


def test_only_nginx_is_open_to_the_world(document: dict[str, Any]) -> None:
    for name, service in document["services"].items():
        for port in service.get("ports", []):
            assert name == "nginx" or port.startswith("127.0.0.1:"), f"{name} publishes {port}"


def test_every_variable_of_the_files_is_explained() -> None:
    example = set(
        re.findall(r"^#?([A-Z_0-9]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    )
    used: set[str] = set()
    for path in COMPOSE.glob("*.yml"):
        used |= set(re.findall(r"\$\{([A-Z_0-9]+)", path.read_text()))
    # Compose itself reads which of the services with a profile are wanted.
    assert used - {"BOOKS4ALL_IMAGE"} == example - {"COMPOSE_PROFILES"}


def test_connections_fit_into_postgres() -> None:
    """replicas x pool + worker and commands < max_connections, with what base.yml defaults to."""
    text = (COMPOSE / "base.yml").read_text()
    value = {name: int(n) for name, n in re.findall(r"\$\{([A-Z_]+):-(\d+)\}", text)}
    assert value["DB_POOL_MAX"] >= value["WEB_THREADS"]
    needed = value["WEB_REPLICAS"] * value["DB_POOL_MAX"] + 10
    assert needed < value["POSTGRES_MAX_CONNECTIONS"]


def test_every_dependency_is_a_wheel_with_a_hash() -> None:
    """The image compiles nothing: a lock without hashes would not install, an sdist would build."""
    lines = (PROJECT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if re.match(r"[a-z]", line)]
    assert pins
    assert all("==" in pin and pin.endswith("\\") for pin in pins)
