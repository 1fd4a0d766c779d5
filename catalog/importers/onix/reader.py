"""Products of an ONIX message, one record each."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, BinaryIO

from catalog import languages
from catalog.importers.onix import description, lists, people, publishing, titles
from catalog.importers.onix.context import Context, Defaults, build
from catalog.importers.onix.tags import HEADERS, PRODUCTS, ROOTS, Names
from catalog.importers.problems import Problems, refused
from catalog.importers.record import Action, BookRecord
from catalog.importers.xmlfeed.stream import ElementStream, last_line, local_name

# What a record can be said to speak of.
_ABOUT_ITSELF = frozenset(["number", "line", "reference", "action", "present", "problems"])
_FIELDS = tuple(f.name for f in fields(BookRecord) if f.name not in _ABOUT_ITSELF)
_STEPS = (
    titles.read_titles, titles.read_series, people.read_people, description.read_form,
    description.read_edition, description.read_languages, description.read_extents,
    description.read_measures, description.read_subjects, publishing.read_publisher,
    publishing.read_dates, publishing.read_status, publishing.read_texts, publishing.read_cover,
    publishing.read_related,
)  # fmt: skip
_UNITS = {"01": "in", "02": "mm", "03": "cm"}


def read(stream: BinaryIO) -> Iterator[BookRecord]:
    """Yield the products of an ONIX 3.1, 3.0 or 2.1 message, whatever its tags and namespace.

    A single <Product> is a message of one. Memory does not grow with the file. Raises
    RefusedFileError where the file can't be read on (after the records before it), and when it is
    no ONIX at all.
    """
    elements = ElementStream(stream, (*PRODUCTS, *HEADERS))
    names, defaults, number = Names(), Defaults(), 0
    for element in elements:
        name = names[element.tag]
        if elements.root not in ROOTS:
            break
        if name == "Header":
            defaults = _defaults(element, names)
        else:
            number += 1
            yield _record(element, number, names, defaults, elements)
    if elements.root not in ROOTS:
        raise refused(
            "not_onix",
            f"The file’s first element is <{elements.root}>, not <ONIXMessage> or <Product>.",
            remedy="Send an ONIX message.",
            line=1,
            value=elements.root,
        )


def _defaults(element: Any, names: Names) -> Defaults:
    header = build(element, names, Problems())
    linear, weight = header.value("DefaultLinearUnit"), header.value("DefaultWeightUnit")
    return Defaults(
        language=languages.bibliographic(header.value("DefaultLanguageOfText")),
        linear=_UNITS.get(linear, linear),
        weight=weight,
    )


def _record(
    element: Any, number: int, names: Names, defaults: Defaults, elements: ElementStream
) -> BookRecord:
    line = int(element.sourceline or 0)
    problems = Problems(line)
    product = build(element, names, problems)
    record = BookRecord(number=number, line=line, problems=problems.items)
    context = Context(product, record, problems, defaults)
    if elements.notes:
        problems.items.extend(elements.notes.take(last_line(element)))
    record.reference = product.value("RecordReference")[:200]
    kind = _action(context)
    record.identifiers = publishing.read_identifiers(context, product)
    if record.action != Action.DELETE:
        for step in _STEPS:
            step(context)
    _say_present(context, kind)
    _judge(context)
    return record


def _action(context: Context) -> str:
    """Fill the action; return the code it came by."""
    node = context.product.first("NotificationType")
    code = node.text if node is not None else ""
    action = lists.ACTIONS.get(code)
    if action is None:
        context.problems.warn(
            "notification_type", "NotificationType", code,
            "A type of notification that list 1 does not have." if code
            else "The product does not say what kind of notification it is.",
            remedy="It was read as a confirmed record (03).", line=node.line if node else 0,
        )  # fmt: skip
        action = Action.FULL
    context.record.action = action
    return code


def _say_present(context: Context, kind: str) -> None:
    """Fill ``present``: what has a value, what is said to be none, and whole blocks of an update."""
    record, product = context.record, context.product
    detail = context.block("DescriptiveDetail")
    if kind in lists.SUPPLY_ONLY:
        record.present = {"availability"} if record.availability else set()
        return
    record.present = {name for name in _FIELDS if getattr(record, name) not in ("", None, [])}
    for name, emptied in lists.NONE_SAID.items():
        if detail.has(name):
            record.present.update(emptied)
    if record.action in {Action.PARTIAL, Action.TEST}:
        for block, covered in lists.BLOCKS.items():
            if product.has(block):
                record.present.update(covered)


def _judge(context: Context) -> None:
    """Report what makes a record unusable: nothing to call it, or nothing to find it by."""
    record, problems = context.record, context.problems
    known = any(one.valid for one in record.identifiers)
    if record.action == Action.FULL and not record.title:
        problems.fail("title_missing", "TitleDetail", record.reference,
                      "The product has no title.", remedy="Add a TitleDetail of type 01.")  # fmt: skip
    if record.action in {Action.PARTIAL, Action.DELETE} and not known and not record.reference:
        problems.fail(
            "identifier_missing", "ProductIdentifier", "",
            "Nothing says which product is meant.", remedy="Add a ProductIdentifier.",
        )  # fmt: skip
    elif not record.identifiers:
        problems.warn(
            "identifier_missing", "ProductIdentifier", record.reference,
            "The product has no identifier.",
            remedy="It can only be found by its title and people.",
        )  # fmt: skip


def is_product(tag: str) -> bool:
    """Whether a tag is that of a product."""
    return local_name(tag) in PRODUCTS
