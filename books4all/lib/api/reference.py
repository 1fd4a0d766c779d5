"""The schema as people read it: a page made from the OpenAPI document, without a line of script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from books4all.lib.api.problems import CONTENT_TYPE

Schema = Mapping[str, Any]
PROBLEM = "ProblemOut"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter or a member of a body. ``shape`` names another shape by its anchor, or is empty."""

    name: str
    type: str
    shape: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    anchor: str
    method: str
    path: str
    summary: str
    needs_token: bool
    parameters: list[Field]
    body: str
    answers: list[tuple[str, str]]
    problems: list[str]


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that belong together."""

    name: str
    description: str
    operations: list[Operation]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object that is sent or answered."""

    name: str
    description: str
    fields: list[Field]
    values: list[str]


def problem_media_type(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Give problems their media type: a hook of the schema's generator."""
    for operation in _operations(result):
        for answer in operation["responses"].values():
            content = answer.get("content", {})
            reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
            if reference.endswith(f"/{PROBLEM}"):
                answer["content"] = {CONTENT_TYPE: content["application/json"]}
    return result


def _operations(schema: Schema) -> Iterator[dict[str, Any]]:
    for methods in schema["paths"].values():
        yield from (methods[name] for name in METHODS if name in methods)


def groups(schema: Schema) -> list[Group]:
    """Return the operations by tag, in the schema's order of tags."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in schema["tags"]}
    for path, methods in schema["paths"].items():
        for name in METHODS:
            if name in methods:
                operation = methods[name]
                found.setdefault(operation["tags"][0], []).append(_operation(path, name, operation))
    return [Group(tag["name"], tag["description"], found[tag["name"]]) for tag in schema["tags"]]


def shapes(schema: Schema) -> list[Shape]:
    """Return all objects and lists of values, by name."""
    return [
        Shape(
            name=name,
            description=_words(shape.get("description", "") if "properties" in shape else ""),
            fields=[
                _field(key, value, required=key in shape.get("required", ()))
                for key, value in shape.get("properties", {}).items()
            ],
            values=[str(value) for value in shape.get("enum", ()) if value != ""],
        )
        for name, shape in schema["components"]["schemas"].items()
    ]


def _operation(path: str, method: str, operation: Schema) -> Operation:
    answers = [
        (status, _name(_first(answer.get("content", {})).get("schema", {})))
        for status, answer in sorted(operation["responses"].items())
    ]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=_words(operation.get("description", "")),
        needs_token={} not in operation.get("security", [{}]),
        parameters=[
            _field(
                each["name"],
                {**each["schema"], "description": each.get("description", "")},
                required=each.get("required", False),
            )
            for each in operation.get("parameters", ())
        ],
        body=_name(body.get("schema", {})),
        answers=[(status, shape) for status, shape in answers if shape != PROBLEM],
        problems=[status for status, shape in answers if shape == PROBLEM],
    )


def _first(content: Mapping[str, Schema]) -> Schema:
    """Return what is said of the first media type."""
    return next(iter(content.values()), {})


def _words(text: str) -> str:
    """Return a description for the page: what stands in `backticks` is code."""
    parts = enumerate(text.split("`"))
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", part) if i % 2 else part,) for i, part in parts)
    )


def _field(name: str, schema: Schema, *, required: bool) -> Field:
    words, shape = _type(schema)
    return Field(name, words, shape, required, _words(schema.get("description", "")))


def _name(schema: Schema) -> str:
    return str(schema.get("$ref", "")).rpartition("/")[2]


def _type(schema: Schema) -> tuple[str, str]:
    """Return a type in words, and the shape it names."""
    if name := _name(schema):
        return name, name
    for combined in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(combined, ()):
            if name := _name(part):
                nullable = any(each.get("type") == "null" for each in schema[combined])
                return (_("%(name)s or null") % {"name": name} if nullable else name), name
    if schema.get("type") == "array":
        words, shape = _type(schema["items"])
        return _("list of %(items)s") % {"items": words}, shape
    kinds = schema.get("type", _("any"))
    words = " | ".join(kinds) if isinstance(kinds, list) else str(kinds)
    if values := [str(value) for value in schema.get("enum", ()) if value != ""]:
        return ", ".join(values) if len(values) <= 8 else words, ""
    return f"{words} ({schema['format']})" if "format" in schema else words, ""
