"""Charts as inline SVG, coloured by the page's style sheet."""

from collections.abc import Sequence
from html import escape

LEFT, FOOT, HEAD = 8, 26, 22  # room for the scale, the labels and the highest value


def spark_line(values: Sequence[float], w: int = 120, h: int = 36) -> str:
    """Return a decorative line through ``values``, stretched to the width of its box."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    step, scale = w / (len(values) - 1), (h - 8) / ((high - low) or 1)
    points = (f"{i * step:.0f} {h - 3 - (v - low) * scale:.1f}" for i, v in enumerate(values))
    line = "M" + "L".join(points)
    box = f'viewBox="0 0 {w} {h}" preserveAspectRatio="none" aria-hidden="true"'
    area = f'<path class="a" d="{line}V{h}H0z"/>'
    stroke = f'<path d="{line}" vector-effect="non-scaling-stroke"/>'
    return f'<svg class="spark" {box}>{area}{stroke}</svg>'


def _word(x: float, y: float, anchor: str, word: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(word)}</text>'


def bar_chart(
    values: Sequence[int], ticks: Sequence[str], *, title: str, highest: str, w: int = 760
) -> str:
    """Return a bar a value, with four rules behind, ``ticks`` below and ``highest`` on its bar.

    ``title`` is the text alternative; the caller prints the same figures as a table as well.
    """
    h, top = 230, max([*values, 1])
    plot, step = h - FOOT - HEAD, (w - LEFT) / max(len(values), 1)
    out = [f'<path class="g" d="M{LEFT} {HEAD + plot * i / 4:.1f}H{w}"/>' for i in range(5)]
    marked = False
    for i, (value, tick) in enumerate(zip(values, ticks, strict=True)):
        tall, x = plot * value / top, LEFT + i * step + step * 0.16
        middle, y = x + step * 0.34, HEAD + plot - tall
        bar = f'x="{x:.1f}" y="{y:.1f}" width="{step * 0.68:.1f}" height="{tall:.1f}"'
        out.append(f'<rect class="b" {bar}/>')
        if value == top and not marked:
            out.append(_word(middle, y - 6, "middle", highest))
            marked = True
        if tick:
            out.append(_word(middle, h - 6, "middle", tick))
    label = f'role="img" aria-label="{escape(title, quote=True)}"'
    return f'<svg class="chart" viewBox="0 0 {w} {h}" {label}>{"".join(out)}</svg>'
