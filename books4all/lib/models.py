"""Abstract model bases and database guards that every app uses."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db import models
from django.db.migrations.operations import RunSQL
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from books4all.lib.text import name_key


class Timestamped(models.Model):
    """Rows that remember when they were written and last changed (UTC)."""

    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class CodeField(models.CharField):  # type: ignore[type-arg]  # stubs take no parameters at run time
    """A code of a list that others keep (ONIX), of exactly ``length`` capitals and digits.

    Unlike choices it takes codes that we have no words for: a list grows, and a feed's code must
    not be lost. ``words`` are those that we have; forms name them beside the field.
    """

    def __init__(
        self,
        *args: Any,
        length: int,
        words: Sequence[tuple[str, str | Promise]] = (),
        **kwargs: Any,
    ) -> None:
        """Take a CharField's arguments; ``words`` are pairs of code and name."""
        self.length, self.words = length, words
        kwargs["max_length"] = length
        super().__init__(*args, **kwargs)
        self.validators.append(
            RegexValidator(
                rf"^[0-9A-Z]{{{length}}}$",
                _("Write the code as %(length)d capital letters or digits.") % {"length": length},
            )
        )

    def deconstruct(self) -> Any:
        """Leave the words out of migrations: they are no matter of the database's."""
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, {**kwargs, "length": self.length}

    def formfield(self, **kwargs: Any) -> Any:
        """Return a text field that names the known codes."""
        known = " · ".join(f"{code} {word}" for code, word in self.words)
        field: forms.Field | None = super().formfield(
            **{"help_text": known or self.help_text, **kwargs}
        )
        return field


class NameKeyField(models.CharField):  # type: ignore[type-arg]  # as above
    """The key that a name is found by (``books4all.lib.text.name_key``), written with ``source``."""

    def __init__(self, *, source: str = "name", **kwargs: Any) -> None:
        """Keep the key of the field ``source`` of the same model."""
        self.source = source
        kwargs.update({"max_length": 200, "editable": False, "db_index": True, "default": ""})
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        """Leave out what is always so."""
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "editable", "db_index", "default"):
            del kwargs[fixed]
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - Django's
        """Work the key out anew; bulk inserts come by here too."""
        del add
        key = name_key(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, key)
        return key


def append_only(tables: Sequence[str]) -> list[RunSQL]:
    """Return migration operations that refuse UPDATE, DELETE and TRUNCATE on ``tables``.

    The guard lives in the database so that raw SQL, bulk updates and the admin meet it too.
    """
    function = RunSQL(
        """
        CREATE OR REPLACE FUNCTION b4a_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- Test runs empty their tables by TRUNCATE, and say so in their connection options.
            IF TG_OP = 'TRUNCATE' AND current_setting('books4all.allow_truncate', true) = 'on' THEN
                RETURN NULL;
            END IF;
            RAISE EXCEPTION '% is append-only: write a correcting row instead', TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation';
        END $$;
        """,
        # Triggers of other migrations may still use the function, so it stays.
        RunSQL.noop,
    )
    return [function, *(_guard(table) for table in tables)]


def _guard(table: str) -> RunSQL:
    return RunSQL(
        f"""
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION b4a_refuse_change();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION b4a_refuse_change();
        """,
        f"""
        DROP TRIGGER IF EXISTS {table}_append_only ON {table};
        DROP TRIGGER IF EXISTS {table}_no_truncate ON {table};
        """,
    )
