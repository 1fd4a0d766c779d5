"""The development server's mail, in the browser."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client

from books4all.lib.tasks import deliver_mail


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.MAIL_DIR = str(tmp_path / "mail")
    settings.EMAIL_FILE_PATH = settings.MAIL_DIR
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    return tmp_path / "mail"


def _send(subject: str = "Grüße – «books»", html: str = "<p>Hello <b>you</b></p>") -> None:
    deliver_mail(
        to="alice@example.org", subject=subject, text="Hello http://localhost:8000/x/?a=1&b=2",
        html=html, message_id="<1@localhost>",
    )  # fmt: skip


def test_empty(client: Client, folder: Path) -> None:
    assert "None yet" in client.get("/dev/mail/").content.decode()


def test_lists_and_shows(client: Client, folder: Path) -> None:
    _send()
    page = client.get("/dev/mail/").content.decode()
    assert "Grüße – «books»" in page
    assert "alice@example.org" in page
    (path,) = folder.glob("*.log")
    detail = client.get(f"/dev/mail/{path.name}/0/")
    html = detail.content.decode()
    assert 'href="http://localhost:8000/x/?a=1&amp;b=2"' in html
    assert "sandbox" in html
    assert "frame-src 'self'" in detail["Content-Security-Policy"]
    letter = client.get(f"/dev/mail/{path.name}/0/html/")
    assert letter.content.decode().strip() == "<p>Hello <b>you</b></p>"


def test_several_messages_of_one_file(client: Client, folder: Path) -> None:
    with get_connection() as connection:
        for n in range(3):
            EmailMultiAlternatives(
                f"Number {n}", f"Text {n}", to=["a@b.c"], connection=connection
            ).send()
    (path,) = folder.glob("*.log")
    for n in range(3):
        assert f"Text {n}" in client.get(f"/dev/mail/{path.name}/{n}/").content.decode()
    assert client.get(f"/dev/mail/{path.name}/3/").status_code == 404


def test_a_letters_scripts_do_nothing(client: Client, folder: Path) -> None:
    _send(subject="<script>alert(1)</script>", html="<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/dev/mail/").content.decode()
    (path,) = folder.glob("*.log")
    assert "<script>alert" not in client.get(f"/dev/mail/{path.name}/0/").content.decode()
    letter = client.get(f"/dev/mail/{path.name}/0/html/")
    policy = letter["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert letter["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.log",
        "..%2Fsecret.log",
        "%2e%2e/secret.log",
        "/etc/passwd",
        "*.log",
        "..",
        "nothing.log",
    ],
)
def test_nothing_outside_the_folder(client: Client, folder: Path, name: str) -> None:
    _send()
    (folder.parent / "secret.log").write_text("Subject: secret\n\nsecret")
    response = client.get(f"/dev/mail/{name}/0/")
    assert response.status_code == 404
    assert "Subject: secret" not in response.content.decode()


def test_not_there_in_production(production_environment: dict[str, str]) -> None:
    code = (
        "import django; django.setup(); from django.urls import resolve, Resolver404\n"
        "try: resolve('/dev/mail/')\n"
        "except Resolver404: print('absent')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=production_environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "absent"
