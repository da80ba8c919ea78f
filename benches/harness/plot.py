"""Client CPU and wall of every reader as one SVG: bars on a common scale, ours in a colour of its own."""
from html import escape

from .report import summary

BAR, GAP, LEFT, WIDTH = 14, 6, 300, 420
COLOURS = {"Glaux": "#1f6f8b", "other": "#b0b7bf"}


def svg(run):
    parts, y = [], 10
    lines = [line for line in summary(run) if "failed" not in line]
    for engine in run["engines"]:
        for table in run["tables"][engine]:
            mine = [line for line in lines if line["engine"] == engine and line["table"] == table]
            if mine:
                chart, y = panel(f"{engine}: {table}", mine, y)
                parts += chart
    width = LEFT + 2 * WIDTH + 160
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{width}" height="{y}" fill="white"/>', *parts, "</svg>"]) + "\n"


def panel(title, lines, y):
    out = [text(10, y + 14, title, weight="bold"), text(LEFT, y + 14, "client CPU s"), text(LEFT + WIDTH + 80, y + 14, "wall s")]
    y += 24
    most = {measure: max(line[measure] for line in lines) for measure in ("cpu", "wall")}
    for line in lines:
        called = line["reader"] + (f" × {line['splits']}" if line["splits"] > 1 else "")
        out.append(text(10, y + BAR - 3, called))
        colour = COLOURS["Glaux" if line["reader"].startswith("Glaux") else "other"]
        for measure, x in (("cpu", LEFT), ("wall", LEFT + WIDTH + 80)):
            length = max(1.0, line[measure] / most[measure] * WIDTH)
            out.append(f'<rect x="{x}" y="{y}" width="{length:.1f}" height="{BAR}" fill="{colour}"/>')
            out.append(text(x + length + 4, y + BAR - 3, f"{line[measure]:.2f}"))
        y += BAR + GAP
    return out, y + 16


def text(x, y, words, weight="normal"):
    return f'<text x="{x:.1f}" y="{y}" font-weight="{weight}">{escape(words)}</text>'
