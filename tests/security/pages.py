"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """Where a form goes, its fields with the values they show, and the names of its files."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


def forms_on(html: str, *, at: str) -> list[Form]:
    """Return the forms of the page at the path ``at`` that are posted, its buttons' names among the fields."""
    reader = _Reader(at)
    reader.feed(html)
    return reader.forms


class _Reader(HTMLParser):
    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.text = ""
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = None
            if given.get("method", "").lower() == "post":
                self.form = Form(given.get("action") or self.at)
                self.forms.append(self.form)
        elif self.form is not None and tag == "option" and self.select:
            if "selected" in given or self.select not in self.form.fields:
                self.form.fields[self.select] = given.get("value", "")
        elif self.form is not None and given.get("name"):
            self._take(self.form, tag, given)

    def _take(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "")
        if kind == "file":
            form.files.append(name)
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.text = name
            form.fields[name] = ""
        elif tag in ("input", "button"):
            chosen = kind not in ("radio", "checkbox") or "checked" in given
            if chosen or name not in form.fields:
                form.fields[name] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.text and self.form is not None:
            self.form.fields[self.text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.text = ""
        elif tag == "select":
            self.select = ""
