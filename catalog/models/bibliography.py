"""The shared catalogue: works, their editions, and the people behind them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from books4all.lib.models import CodeField, NameKeyField, Timestamped
from books4all.lib.paths import page_path
from books4all.lib.pictures import Picture
from catalog import languages
from catalog.constants import (
    Form,
    IdentifierType,
    Role,
    SubjectScheme,
    form_label,
    identifier_label,
    role_label,
)
from catalog.querysets import WorkQuerySet


class Person(Timestamped):
    """Somebody who wrote, translated, illustrated or edited."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200, help_text=_("As shown: George Eliot"))
    name_key = NameKeyField()
    sort_name = models.CharField(_("sorted as"), max_length=200, help_text=_("Eliot, George"))
    native_name = models.CharField(_("name in its own script"), max_length=200, blank=True)
    other_names = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("other names"),
        default=list,
        blank=True,
        help_text=_("Pen names and transliterations, separated by commas"),
    )
    born = models.SmallIntegerField(_("born"), null=True, blank=True)
    died = models.SmallIntegerField(_("died"), null=True, blank=True)
    bio = models.TextField(_("about"), blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ("sort_name", "pk")
        indexes = (models.Index(fields=["sort_name"], name="person_sort_name"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the person's page."""
        return page_path("catalog:author", self.slug)


class Publisher(Timestamped):
    """A publishing house."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKeyField()

    class Meta:
        verbose_name = _("publisher")
        verbose_name_plural = _("publishers")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the publisher's page."""
        return page_path("catalog:publisher", self.slug)


class Series(Timestamped):
    """A series or cycle of works."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    name_key = NameKeyField()
    description = models.TextField(_("description"), blank=True)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the series' page."""
        return page_path("catalog:series", self.slug)


class Subject(Timestamped):
    """A subject of a scheme (ONIX list 27), in a tree where the scheme has one."""

    scheme = CodeField(
        _("scheme"), length=2, words=SubjectScheme.choices, default=SubjectScheme.SHELF
    )
    code = models.CharField(_("code"), max_length=60)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )

    class Meta:
        verbose_name = _("subject")
        verbose_name_plural = _("subjects")
        ordering = ("name", "pk")
        constraints = (
            models.UniqueConstraint(fields=["scheme", "code"], name="subject_code_in_scheme"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")),
                name="subject_not_own_parent",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the address of the subject's page."""
        return page_path("catalog:subject", self.slug)


class Work(Timestamped):
    """The book as written, whatever its editions: *Middlemarch*. Search results are works."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=500)
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True)
    # Folded, without the article: the database has no ICU collation to sort by.
    sort_title = models.CharField(_("sorted as"), max_length=500)
    original_title = models.CharField(_("original title"), max_length=500, blank=True)
    original_language = models.CharField(
        _("original language"), max_length=3, choices=languages.choices, default="und"
    )
    first_published = models.SmallIntegerField(_("first published"), null=True, blank=True)
    first_published_circa = models.BooleanField(_("about that year"), default=False)
    description = models.TextField(_("description"), blank=True)
    first_lines = models.TextField(_("first lines"), blank=True)
    # Names of the authors as shown, kept by catalog.services.works so that a card needs no join.
    author_line = models.CharField(_("authors as shown"), max_length=300, blank=True)
    # The main subject's keyword, which narrows the generated cover's design.
    cover_subject = models.CharField(_("design of the cover"), max_length=60, blank=True)
    # The picture of its fullest edition that has one (books4all.lib.pictures). Kept by triggers, for
    # imports and merges move editions by the thousand.
    cover_image = models.JSONField(null=True, editable=False)
    popularity = models.PositiveIntegerField(_("popularity"), default=0)
    # That of the fullest edition.
    completeness = models.PositiveSmallIntegerField(_("completeness"), default=0, editable=False)
    rating_sum = models.PositiveIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    subjects = models.ManyToManyField(Subject, through="WorkSubject", related_name="works")
    people = models.ManyToManyField(Person, through="Contribution", related_name="works")

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("work")
        verbose_name_plural = _("works")
        ordering = ("sort_title", "pk")
        indexes = (
            models.Index(fields=["-popularity", "id"], name="work_popularity"),
            models.Index(fields=["sort_title", "id"], name="work_sort_title"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(rating_sum__lte=F("rating_count") * 5),
                name="work_rating_possible",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Return the address of the book's page."""
        return page_path("catalog:book", self.slug)

    @property
    def picture(self) -> Picture | None:
        """A real cover, of one of its editions, to show instead of the drawing."""
        return Picture.of(self.cover_image)

    @property
    def rating(self) -> float | None:
        """Mean of the published ratings, 1 to 5, or None before the first."""
        return self.rating_sum / self.rating_count if self.rating_count else None

    @property
    def language_name(self) -> str:
        """The original language's name."""
        return languages.name_of(self.original_language)


class WorkSubject(models.Model):
    """A work's place under a subject."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="work_subjects")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="work_subjects")
    is_main = models.BooleanField(_("main subject"), default=False)

    class Meta:
        verbose_name = _("subject of a work")
        verbose_name_plural = _("subjects of a work")
        ordering = ("-is_main", "pk")
        constraints = (
            models.UniqueConstraint(fields=["work", "subject"], name="worksubject_once"),
            models.UniqueConstraint(
                fields=["work"], condition=Q(is_main=True), name="worksubject_one_main"
            ),
        )

    def __str__(self) -> str:
        return f"{self.work} / {self.subject}"


class SeriesEntry(models.Model):
    """A work's place in a series. ``number`` is as printed ("2a"), ``position`` sorts."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="entries")
    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="series_entries")
    number = models.CharField(_("number"), max_length=20, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("place in a series")
        verbose_name_plural = _("places in a series")
        ordering = ("position", "pk")
        indexes = (
            # A series in its order, from any place on.
            models.Index(fields=["series", "position", "id"], name="seriesentry_order"),
        )
        constraints = (models.UniqueConstraint(fields=["series", "work"], name="seriesentry_once"),)

    def __str__(self) -> str:
        return f"{self.series} {self.number}".strip()


class Edition(Timestamped):
    """One publication of a work. The ISBN may be missing, and is not unique in the real world."""

    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="editions")
    title = models.CharField(_("title as published"), max_length=500)
    subtitle = models.CharField(_("subtitle"), max_length=500, blank=True)
    language = models.CharField(
        _("language"), max_length=3, choices=languages.choices, default="eng"
    )
    # Codes of ONIX lists 150 and 175, known to us or not: what a feed says is kept.
    form = CodeField(_("form"), length=2, words=Form.choices, default=Form.BOOK)
    form_details = ArrayField(
        CodeField(length=4), verbose_name=_("details of the form"), default=list, blank=True
    )
    publisher = models.ForeignKey(
        Publisher,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="editions",
    )
    imprint = models.CharField(_("imprint"), max_length=200, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    # Partial dates are real: "1871", "1871-12" or "1871-12-01".
    published = models.CharField(_("published"), max_length=10, blank=True)
    published_year = models.SmallIntegerField(_("year"), null=True, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    height_mm = models.PositiveIntegerField(_("height (mm)"), null=True, blank=True)
    width_mm = models.PositiveIntegerField(_("width (mm)"), null=True, blank=True)
    thickness_mm = models.PositiveIntegerField(_("thickness (mm)"), null=True, blank=True)
    weight_g = models.PositiveIntegerField(_("weight (g)"), null=True, blank=True)
    edition_number = models.PositiveSmallIntegerField(_("edition number"), null=True, blank=True)
    statement = models.CharField(_("edition statement"), max_length=120, blank=True)
    contributor_statement = models.CharField(_("people as printed"), max_length=500, blank=True)
    publishing_status = CodeField(
        _("publishing status"), length=2, blank=True, help_text=_("ONIX list 64")
    )
    availability = CodeField(_("availability"), length=2, blank=True, help_text=_("ONIX list 65"))
    completeness = models.PositiveSmallIntegerField(
        _("completeness"),
        default=0,
        editable=False,
        help_text=_("How much is known, 0 to 100: the fullest edition is shown first"),
    )
    # Its own picture (books4all.lib.pictures). Kept by triggers.
    cover_image = models.JSONField(null=True, editable=False)

    class Meta:
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ("published_year", "pk")
        indexes = (
            # The edition shown first.
            models.Index(fields=["work", "-completeness", "id"], name="edition_fullest"),
            # A publisher's books, the newest first, those without a year last.
            models.Index(
                "publisher",
                F("published_year").desc(nulls_last=True),
                F("id").desc(),
                name="edition_of_publisher",
            ),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(published="")
                | Q(published__regex=r"^-?\d{1,4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$"),
                name="edition_published_partial_date",
                violation_error_message=_("Write the date as 1871, 1871-12 or 1871-12-01."),
            ),
        )

    def __str__(self) -> str:
        return ", ".join(
            str(part)
            for part in (
                self.title,
                self.publisher_id and self.publisher,
                self.published,
            )
            if part
        )

    @property
    def language_name(self) -> str:
        """The language's name."""
        return languages.name_of(self.language)

    @property
    def picture(self) -> Picture | None:
        """The cover of this edition, which is not a photograph of anybody's copy."""
        return Picture.of(self.cover_image)

    @property
    def form_label(self) -> str:
        """The form in words."""
        return form_label(self.form)


class Contribution(models.Model):
    """A person's part in a work, or in one edition of it only (a translator, an illustrator)."""

    work = models.ForeignKey(Work, on_delete=models.CASCADE, related_name="contributions")
    edition = models.ForeignKey(
        Edition,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="contributions",
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contributions")
    role = CodeField(_("role"), length=3, words=Role.choices, default=Role.AUTHOR)
    name_as_printed = models.CharField(_("name as printed"), max_length=200, blank=True)
    sequence = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("contribution")
        verbose_name_plural = _("contributions")
        ordering = ("sequence", "pk")
        indexes = (
            # What somebody wrote, without reading the rows themselves.
            models.Index(fields=["person", "role", "work"], name="contribution_of_person"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["work", "edition", "person", "role"],
                name="contribution_once",
                nulls_distinct=False,
            ),
        )

    def __str__(self) -> str:
        return f"{self.person} ({self.role_label})"

    @property
    def role_label(self) -> str:
        """The role in words."""
        return role_label(self.role)


class Identifier(models.Model):
    """An identifier of an edition. Indexed and never unique: ISBNs are reused and misprinted."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="identifiers")
    type = CodeField(
        _("type"), length=2, words=IdentifierType.choices, default=IdentifierType.ISBN13
    )
    value = models.CharField(_("normalised"), max_length=60)
    as_printed = models.CharField(_("as printed"), max_length=80, blank=True)
    # Kept by a trigger: it also stands on an edition of another work.
    conflict = models.BooleanField(_("also borne by another work"), default=False, editable=False)

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        ordering = ("type", "pk")
        indexes = (
            models.Index(fields=["value", "type"], name="identifier_value"),
            # For staff, who look at them: few among millions.
            models.Index(fields=["id"], name="identifier_in_conflict", condition=Q(conflict=True)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["edition", "type", "value"], name="identifier_once_an_edition"
            ),
        )

    def __str__(self) -> str:
        return f"{identifier_label(self.type)} {self.as_printed or self.value}"
