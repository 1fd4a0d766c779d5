"""Production starts with safe values only, and says what is missing."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from books4all.lib.logs import WithoutJobArguments

ROOT = Path(__file__).resolve().parents[2]


def _run(environment: dict[str, str], *argv: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *argv],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_deployment_check_is_clean(production_environment: dict[str, str]) -> None:
    done = _run(production_environment, "manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 60),
        ("SECRET_KEY", "development-only-and-known-to-everyone"),
        ("JWT_SIGNING_KEY", None),
        ("JWT_SIGNING_KEY", "short"),
        ("JWT_SIGNING_KEY", "SAME"),
        ("DATABASE_URL", None),
        ("REDIS_URL", None),
        ("ALLOWED_HOSTS", None),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ""),
        ("PUBLIC_URL", None),
        ("PUBLIC_URL", "http://books.example"),
        ("EMAIL_HOST", None),
        ("EMAIL_USE_TLS", "yes"),
        ("EMAIL_PORT", "smtp"),
        ("SANDBOX_WEBHOOK_SECRETS", "short"),
        ("DB_POOL", "1"),
        ("HOLD_MINUTES", "0"),
        ("CSRF_TRUSTED_ORIGINS", "http://books.example"),
    ],
)
def test_refuses_to_start(
    production_environment: dict[str, str], name: str, value: str | None
) -> None:
    environment = {**production_environment}
    if value is None:
        del environment[name]
    else:
        environment[name] = environment["SECRET_KEY"] if value == "SAME" else value
    done = _run(environment, "-c", "import django; django.setup()")
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "ImproperlyConfigured" in last
    assert name in last


def test_secrets_may_stand_in_files(production_environment: dict[str, str], tmp_path: Path) -> None:
    secret = production_environment.pop("SECRET_KEY")
    (tmp_path / "key").write_text(secret + "\n")
    environment = {**production_environment, "SECRET_KEY_FILE": str(tmp_path / "key")}
    code = "import django; django.setup(); from django.conf import settings; print(settings.SECRET_KEY)"
    assert _run(environment, "-c", code).stdout.strip() == secret


def test_cookies_stay_with_the_host(production_environment: dict[str, str]) -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s\n"
        "print(s.SESSION_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,"
        " s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_PATH, s.SESSION_COOKIE_DOMAIN,"
        " s.CSRF_COOKIE_NAME, s.CSRF_COOKIE_SECURE, s.DEBUG, s.PASSWORD_HASHERS[0])"
    )
    assert _run(production_environment, "-c", code).stdout.split() == [
        "__Host-sessionid", "True", "True", "Lax", "/", "None", "__Host-csrftoken", "True", "False",
        "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    ]  # fmt: skip


def _log_lines(environment: dict[str, str], code: str) -> list[dict[str, Any]]:
    done = _run(
        environment, "-c", f"import django; django.setup()\nimport logging, structlog\n{code}"
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_logs_are_json(production_environment: dict[str, str]) -> None:
    lines = _log_lines(
        production_environment,
        "structlog.contextvars.bind_contextvars(request_id='r1')\n"
        "logging.getLogger('plain').warning('A %s', 'message', extra={'order': 7})\n"
        "structlog.get_logger('structured').info('event', amount=3)\n"
        "try: 1/0\n"
        "except ZeroDivisionError: logging.getLogger('plain').exception('failed')\n",
    )
    plain, structured, failed = lines
    assert plain["event"] == "A message"
    assert (plain["level"], plain["logger"], plain["order"]) == ("warning", "plain", 7)
    assert (structured["event"], structured["amount"], structured["logger"]) == (
        "event",
        3,
        "structured",
    )
    assert "ZeroDivisionError" in failed["exception"]
    for line in lines:
        assert line["request_id"] == "r1"
        assert line["timestamp"].endswith("Z")


def test_an_event_is_one_line(production_environment: dict[str, str]) -> None:
    lines = _log_lines(
        production_environment,
        "logging.getLogger('x').warning('a\\r\\n{\"event\": \"forged\"}\\x1b[31m\\u2028')",
    )
    assert [line["event"].startswith("a\r\n") for line in lines] == [True]


def test_logs_hide_what_jobs_carry() -> None:
    record = logging.LogRecord("procrastinate.worker", 20, "", 0, "Starting job %s", (), None)
    call = "deliver_mail[7](to='a@b.c', text='https://x/reset/key/secret')"
    record.msg, record.args = f"Starting job {call}", None
    record.job = {
        "id": 7,
        "task_name": "deliver_mail",
        "call_string": call,
        "task_kwargs": {"text": "secret"},
    }
    assert WithoutJobArguments().filter(record)
    assert record.getMessage() == "Starting job deliver_mail[7]"
    assert "secret" not in str(vars(record))
