"""Pictures that are no covers: a shop, a copy. In the shape they came in."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from books4all.lib.pictures import KINDS, Picture

register = template.Library()


@register.simple_tag
def picture(picture: Picture | None, sizes: str = "100vw", cls: str = "") -> SafeString:
    """Print ``picture`` in the sizes it is kept in; nothing for nothing.

    ``sizes`` says how wide it stands on the page, as HTML's ``sizes`` does.
    """
    if picture is None:
        return SafeString("")
    sources = format_html_join(
        "",
        '<source type="{}" srcset="{}" sizes="{}">',
        ((KINDS[kind], picture.srcset(kind), sizes) for kind in ("avif", "webp")),
    )
    return format_html(
        '<picture>{}<img class="{}" src="{}" srcset="{}" sizes="{}" alt="{}" width="{}" height="{}"'
        ' loading="lazy" decoding="async"></picture>',
        sources,
        f"photo {cls}".strip(),
        picture.url("jpg"),
        picture.srcset("jpg"),
        sizes,
        picture.alt,
        picture.width,
        picture.height,
    )
