"""What the parts of the reader share while they read one product."""

from dataclasses import dataclass, field
from typing import Any

from catalog.importers.onix.tags import RICH, Names, Node
from catalog.importers.problems import Problems
from catalog.importers.record import BookRecord
from catalog.importers.text import clean, has_entities, strip_markup, unescape, xhtml_text


@dataclass(slots=True)
class Defaults:
    """What the header of a message says of all its products."""

    language: str = ""
    linear: str = ""
    weight: str = ""


@dataclass(slots=True)
class Context:
    """One product: its elements, the record it becomes, and what is wrong with it."""

    product: Node
    record: BookRecord
    problems: Problems
    defaults: Defaults = field(default_factory=Defaults)

    def block(self, name: str) -> Node:
        """Return a block of ONIX 3; in 2.1 everything stands in the product itself."""
        return self.product.first(name) or self.product

    @property
    def old(self) -> bool:
        """Whether the product is of ONIX 2.1, which has no blocks."""
        return not any(self.product.has(name) for name in _BLOCKS)

    def warn(self, code: str, name: str, node: Node | None, message: str, remedy: str = "") -> None:
        """Report what is wrong with an element's text."""
        value, line = (node.text, node.line) if node else ("", 0)
        self.problems.warn(code, name, value, message, remedy=remedy, line=line)

    def code(self, node: Node | None, name: str, shape: Any, what: str) -> str:
        """Return a code as it came; one that its list does not know is kept and reported."""
        if node is None or not node.text:
            return ""
        if not shape.fullmatch(node.text):
            self.warn(
                "code_unknown", name, node, f"A code that {what} does not have.",
                "It was kept as it came.",
            )  # fmt: skip
        return node.text


_BLOCKS = (
    "DescriptiveDetail", "CollateralDetail", "PublishingDetail", "RelatedMaterial", "ProductSupply",
)  # fmt: skip


def build(element: Any, names: Names, problems: Problems) -> Node:
    """Return an element with all of its children that are known, their texts cleaned."""
    fields: dict[str, list[Node]] = {}
    for child in element:
        name = names[child.tag]
        if not name:
            continue
        if name in RICH:
            node = Node(child, xhtml_text(child), {})
        elif len(child):
            node = build(child, names, problems)
        else:
            text = child.text
            if text and not text.isalnum():
                text = _leaf(text, name, child, problems)
            node = Node(child, text or "", {})
        if name in fields:
            fields[name].append(node)
        else:
            fields[name] = [node]
    return Node(element, "", fields)


def _leaf(text: str, name: str, element: Any, problems: Problems) -> str:
    """Return the text of an element without markup, which has no business in it."""
    cleaned = clean(text)
    if "<" in cleaned or has_entities(cleaned):
        stripped = unescape(strip_markup(cleaned))
        if stripped != cleaned:
            problems.warn(
                "markup", name, cleaned, "HTML in an element that has none.",
                remedy=f"It was read as “{stripped[:80]}”.", line=int(element.sourceline or 0),
            )  # fmt: skip
        return stripped
    if "\u200b" in text or "\ufeff" in text:
        problems.warn(
            "invisible_characters", name, cleaned, "Invisible characters inside the value.",
            remedy="They were taken out.", line=int(element.sourceline or 0),
        )  # fmt: skip
    return cleaned
