"""Covers of editions: sent up by staff, fetched from where a feed says, looked at and removed."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from books4all.lib import images
from books4all.lib.staff.actions import Action
from books4all.lib.staff.display import link
from books4all.lib.staff.models import ReadOnlyAdmin, RecentInline, StaffAdmin
from catalog.admin.books import EditionAdmin
from catalog.constants import CoverSource, CoverStatus
from catalog.models import Cover, CoverOriginal, Edition
from catalog.services import covers


class WordsForm(forms.Form):
    """What is said of a cover."""

    alt = forms.CharField(
        label=_("Description"),
        max_length=300,
        required=False,
        help_text=_("What can be seen, for those who can’t: “A whale under a small boat”"),
    )
    licence = forms.CharField(
        label=_("Licence"),
        max_length=120,
        required=False,
        help_text=_("CC0, or by leave of the publisher"),
    )
    credit = forms.CharField(
        label=_("Credit"), max_length=200, required=False, help_text=_("Shown beside the cover")
    )


class UploadForm(WordsForm):
    """A file of a cover."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("JPEG, PNG, WebP, AVIF or GIF, at most 10 MB. Not a photograph of one copy."),
    )
    field_order = ("file", "alt", "licence", "credit")


class FetchForm(WordsForm):
    """An address of a cover."""

    url = forms.URLField(label=_("Address"), max_length=2000, assume_scheme="https")
    field_order = ("url", "alt", "licence", "credit")


def _upload(edition: Edition, *, actor: User, file: "UploadedFile[bytes]", **words: str) -> Cover:
    data = file.read(images.MOST_BYTES + 1)
    return covers.upload(edition=edition, data=data, actor=actor, **words)


def _fetch(edition: Edition, *, actor: User, url: str, **words: str) -> Cover | None:
    return covers.request(
        edition_id=edition.pk, url=url, source=CoverSource.FETCHED, actor=actor, **words
    )


EDITION_ACTIONS = (
    Action(
        name="upload-cover",
        label=_("Upload a cover"),
        done=_("cover taken; it is shown in a moment."),
        run=_upload,
        explain=_("The picture is made anew in three sizes; nothing else of the file is kept."),
        form=UploadForm,
        multipart=True,
    ),
    Action(
        name="fetch-cover",
        label=_("Fetch a cover"),
        done=_("cover will be fetched."),
        run=_fetch,
        offered=lambda _edition: bool(settings.COVER_FETCH),
        explain=_("The file is fetched once and kept here."),
        form=FetchForm,
    ),
)


class CoverInline(RecentInline):
    """The edition's covers, the latest first."""

    model = Cover
    # A cover is called by its edition.
    related = ("created_by", "edition__publisher")
    fields = (
        "status",
        "source",
        "reason",
        "width",
        "height",
        "credit",
        link("created_by", _("by")),
    )
    ordering = ("-pk",)


EditionAdmin.extend(inlines=(CoverInline,), actions=EDITION_ACTIONS)


@admin.register(Cover)
class CoverAdmin(StaffAdmin):
    """Covers of all editions."""

    related = ("edition__publisher", "edition__work", "created_by")
    list_display = ("pk", link("edition", _("edition")), "status", "source", "reason", "created_at")
    list_filter = ("status", "source")
    search_fields = ("sha256__startswith", "source_url__startswith")
    search_help_text = _("The beginning of a checksum or of an address")
    ordering = ("-pk",)
    fields = (
        "preview",
        link("edition", _("edition")),
        "status",
        "reason",
        "alt",
        "licence",
        "credit",
        "source",
        "source_url",
        "sha256",
        "width",
        "height",
        "colour",
        link("created_by", _("by")),
        "created_at",
        "updated_at",
    )
    readonly_fields = tuple(name for name in fields if name not in {"alt", "licence", "credit"})
    object_actions = (
        Action(
            name="fetch-again",
            label=_("Fetch again"),
            done=_("will be fetched again."),
            run=lambda cover, *, actor: covers.ask_again(cover=cover),
            offered=lambda cover: cover.status == CoverStatus.REFUSED and bool(cover.source_url),
            several=True,
        ),
    )

    @admin.display(description=_("picture"))
    def preview(self, cover: Cover) -> SafeString | None:
        """Show the picture in its smallest size."""
        if (picture := cover.picture) is None:
            return None
        return format_html(
            '<img src="{}" alt="" width="160" loading="lazy">',
            picture.url("jpg", picture.widths[0]),
        )

    def has_add_permission(self, *_args: Any) -> bool:
        """Covers come in by an edition’s page."""
        return False


@admin.register(CoverOriginal)
class CoverOriginalAdmin(ReadOnlyAdmin):
    """Files that wait to be made into pictures; what is in them is shown to nobody."""

    related = ("cover__edition__publisher",)
    secret = ("data",)
    list_display = (link("cover", _("cover")),)
    search_fields = ("cover__sha256__startswith",)
    ordering = ("-pk",)

    def get_queryset(self, request: Any) -> Any:
        """Leave the files where they are."""
        return super().get_queryset(request).defer("data")
