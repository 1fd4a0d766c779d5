"""The admin under the site's own strict policy."""

import re
from typing import Any

import pytest

from accounts.models import User

INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son[a-z]+=|javascript:",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", ["/admin/", "/admin/auth/group/", "/admin/auth/group/add/"])
def test_admin_needs_nothing_inline(client: Any, alice: User, path: str) -> None:
    User.objects.filter(pk=alice.pk).update(is_staff=True, is_superuser=True)
    client.force_login(alice)
    response = client.get(path)
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert not INLINE.findall(response.content.decode())


@pytest.mark.parametrize(
    "path", ["/auth/login/", "/auth/signup/", "/auth/password/reset/", "/auth/login/code/"]
)
def test_sign_in_pages_need_nothing_inline(client: Any, db: None, path: str) -> None:
    assert not INLINE.findall(client.get(path).content.decode())
