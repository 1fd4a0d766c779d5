"""What people change about themselves."""

from typing import Any

from accounts.models import User

CHANGEABLE = ("name", "language")


def change(*, user: User, **fields: Any) -> User:
    """Change name or language of ``user``.

    Raises:
        ValidationError: a value that the model refuses.
    """
    changed = [name for name in CHANGEABLE if name in fields]
    for name in changed:
        setattr(user, name, fields[name])
    if changed:
        user.clean_fields(exclude={f.name for f in User._meta.fields} - set(changed))  # noqa: SLF001 Django's own API
        user.save(update_fields=changed)
    return user
