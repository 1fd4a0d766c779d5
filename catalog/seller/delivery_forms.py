"""Input about a shop's table of delivery rates: a destination a row, its services side by side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_countries import countries

from accounts.models import Seller
from books4all.lib.forms import MoneyField
from catalog.constants import ANYWHERE, EU_ZONE, HEAVIEST_G, RateBasis, Service
from catalog.models import DeliveryRate
from catalog.selectors.delivery import destination_name, place_of
from catalog.services.delivery import Terms

MOST_ROWS = 60
MOST_DAYS = 90


class RateForm(forms.Form):
    """A cell: what one service to one destination costs. Without a first price it is not offered."""

    first = MoneyField(label=gettext_lazy("First"), required=False)
    further = MoneyField(label=gettext_lazy("Each further"), required=False)
    days_min = forms.IntegerField(
        label=gettext_lazy("Days, from"), required=False, min_value=0, max_value=MOST_DAYS
    )
    days_max = forms.IntegerField(
        label=gettext_lazy("to"), required=False, min_value=0, max_value=MOST_DAYS
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Goes by"), choices=RateBasis.choices, required=False
    )
    first_g = forms.IntegerField(
        label=gettext_lazy("First weight (g)"), required=False, min_value=1, max_value=HEAVIEST_G
    )
    further_g = forms.IntegerField(
        label=gettext_lazy("Further weight (g)"), required=False, min_value=1, max_value=HEAVIEST_G
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        destination: str,
        service: str,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.destination, self.service = destination, service
        where = "any" if destination == ANYWHERE else destination
        super().__init__(data, prefix=f"{where}-{service}", initial=initial)
        for field in self.fields.values():
            if isinstance(field.widget, forms.NumberInput):
                field.widget.attrs["class"] = "w-xs"

    @property
    def title(self) -> str:
        """The service in words."""
        return str(Service(self.service).label)

    @property
    def by_weight(self) -> bool:
        """Whether the weights are to be seen."""
        return bool(self["basis"].value() == RateBasis.WEIGHT)

    def clean(self) -> dict[str, Any]:
        """Ask for what a price needs."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in self.errors:
            return given
        if given.get("first") is None:
            if any(given.get(name) is not None for name in ("further", "days_min", "days_max")):
                self.add_error("first", _("Enter a price, or clear the other boxes"))
            return given
        if given.get("days_max") is None and "days_max" not in self.errors:
            self.add_error("days_max", _("Enter how many days it takes at most"))
        least, most = given.get("days_min"), given.get("days_max")
        if least is not None and most is not None and least > most:
            self.add_error("days_max", _("The last day is before the first."))
        return given

    def terms(self) -> Terms | None:
        """Return what was entered; None where the service is not offered."""
        given = self.cleaned_data
        if given["first"] is None:
            return None
        least = given["days_min"]
        return Terms(
            destination=self.destination,
            service=self.service,
            basis=given["basis"] or RateBasis.ITEM,
            first_minor=given["first"],
            further_minor=given["further"] or 0,
            first_g=given["first_g"] or 1000,
            further_g=given["further_g"] or 500,
            days_min=min(1, given["days_max"]) if least is None else least,
            days_max=given["days_max"],
        )


@dataclass
class Row:
    """A destination with a form for each service. ``refused``: nothing is posted there."""

    destination: str
    refused: bool
    rates: list[RateForm]

    @property
    def name(self) -> str:
        """The destination in words."""
        return destination_name(self.destination)

    @property
    def key(self) -> str:
        """The destination as names of fields begin with it."""
        return "any" if self.destination == ANYWHERE else self.destination


class Table:
    """The table as it is typed, or as it is kept."""

    def __init__(self, seller: Seller, rows: Iterable[Row]) -> None:
        self.rows = sorted(rows, key=lambda row: place_of(row.destination, seller))

    @property
    def countries_to_add(self) -> list[tuple[str, str]]:
        """The countries that have no row, by name."""
        there = {row.destination for row in self.rows}
        return [(code, str(name)) for code, name in countries if code not in there]

    @property
    def forms(self) -> list[RateForm]:
        """All cells of rows that are posted to."""
        return [form for row in self.rows if not row.refused for form in row.rates]

    def is_valid(self) -> bool:
        """Whether every cell is right; all are looked at."""
        return not [form for form in self.forms if not form.is_valid()]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """What is wrong, each with the id of its field."""
        return [
            (form[name].auto_id, f"{destination_name(form.destination)}, {form.title}: {text}")
            for form in self.forms
            if form.is_bound
            for name, texts in form.errors.items()
            for text in texts
        ]

    def terms(self) -> list[Terms]:
        """Return the table for the service; only when it is valid."""
        found = [terms for form in self.forms if (terms := form.terms())]
        refused = [
            Terms(destination=row.destination, service=service, posts=False)
            for row in self.rows
            if row.refused
            for service in Service.values
        ]
        return [*found, *refused]


def kept(seller: Seller, rates: Sequence[DeliveryRate]) -> Table:
    """Return the table of rates that are kept, with the rows that every shop should think of."""
    by_place: dict[str, dict[str, DeliveryRate]] = {
        code: {} for code in (seller.country.code, EU_ZONE, ANYWHERE)
    }
    for rate in rates:
        by_place.setdefault(rate.destination, {})[rate.service] = rate
    return Table(
        seller,
        (
            Row(
                code,
                refused=bool(cells) and not any(rate.posts for rate in cells.values()),
                rates=[
                    RateForm(
                        destination=code, service=service, initial=_initial(cells.get(service))
                    )
                    for service in Service.values
                ],
            )
            for code, cells in by_place.items()
        ),
    )


def _initial(rate: DeliveryRate | None) -> dict[str, Any]:
    if rate is None or not rate.posts:
        return {"first_g": 1000, "further_g": 500}
    return {
        "first": rate.first_minor,
        "further": rate.further_minor,
        "days_min": rate.days_min,
        "days_max": rate.days_max,
        "basis": rate.basis,
        "first_g": rate.first_g,
        "further_g": rate.further_g,
    }


def typed(seller: Seller, post: QueryDict) -> Table:
    """Return the table as it was typed; ``add`` names a country that gets a row."""
    wanted = dict.fromkeys([*post.getlist("destination")[:MOST_ROWS], post.get("add", "")])
    known = [code for code in wanted if code in {ANYWHERE, EU_ZONE} or code in countries]
    return Table(
        seller,
        (
            Row(
                code,
                refused=f"{'any' if code == ANYWHERE else code}-refused" in post,
                rates=[
                    RateForm(post, destination=code, service=service) for service in Service.values
                ],
            )
            for code in known
        ),
    )
