"""Charts as inline SVG, coloured by the page's style sheet."""

from collections.abc import Callable, Sequence
from html import escape

LEFT, FOOT, HEAD = 8, 26, 22  # room beside the scale, for the labels and for the highest value
RULES, ROUND = 4, (1, 2, 3, 4, 5, 6, 8, 10)
LETTER = 6.8  # how wide a letter is at most, on the average of a word


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


def scale_of(top: int) -> list[int]:
    """Return five round values from 0 up to at least ``top``, for the rules behind bars."""
    size = 1
    while ROUND[-1] * size * RULES < top:
        size *= 10
    step = next(n * size for n in ROUND if n * size * RULES >= top)
    return [step * n for n in range(RULES + 1)]


def _written(rules: Sequence[int], said: Callable[[int], str]) -> list[tuple[int, str]]:
    """Return what stands at each rule, whole amounts without their pence."""
    words = [said(rule) for rule in rules]
    if not any("." in word.removesuffix(".00") for word in words):
        words = [word.removesuffix(".00") for word in words]
    return list(zip(rules, words, strict=True))


def _word(x: float, y: float, anchor: str, word: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(word)}</text>'


def _inside(middle: float, y: float, word: str, w: int) -> str:
    """Return a word centred on ``middle``, moved as far as it must be not to be cut at an edge."""
    half = len(word) * LETTER / 2
    if middle + half > w:
        return _word(w, y, "end", word)
    return _word(max(middle, half), y, "middle", word)


def bar_chart(
    values: Sequence[int],
    ticks: Sequence[str],
    *,
    title: str,
    said: Callable[[int], str],
    w: int = 760,
) -> str:
    """Return a bar a value on a scale, with ``ticks`` below and the highest value on its bar.

    ``said`` is how values are written. ``title`` is the text alternative; the caller prints the same
    figures as a table as well.
    """
    h, best = 230, max(values, default=0)
    scale = _written(scale_of(best), said)
    top, left = scale[-1][0], LEFT + max(len(word) for _value, word in scale) * LETTER
    plot, step = h - FOOT - HEAD, (w - left) / max(len(values), 1)
    out = []
    for value, word in scale:
        y = HEAD + plot - plot * value / top
        out.append(f'<path class="g" d="M{left:.0f} {y:.1f}H{w}"/>')
        out.append(_word(left - LEFT, y + 4, "end", word))
    marked = False
    for i, (value, tick) in enumerate(zip(values, ticks, strict=True)):
        tall, x = plot * max(value, 0) / top, left + i * step + step * 0.16
        middle, y = x + step * 0.34, HEAD + plot - tall
        bar = f'x="{x:.1f}" y="{y:.1f}" width="{step * 0.68:.1f}" height="{tall:.1f}"'
        out.append(f'<rect class="b" {bar}/>')
        if value == best > 0 and not marked:
            out.append(_inside(middle, y - 6, said(best), w))
            marked = True
        if tick:
            out.append(_inside(middle, h - 6, tick, w))
    label = f'role="img" aria-label="{escape(title, quote=True)}"'
    return f'<svg class="chart" viewBox="0 0 {w} {h}" {label}>{"".join(out)}</svg>'
