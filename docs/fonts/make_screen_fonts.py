"""Make the screen fonts: small WOFF2 files with every Vietnamese letter, and figures of one width.

Run once when the font package changes; needs fonttools and brotli beside the project's own packages:

    python docs/fonts/make_screen_fonts.py
"""  # noqa: INP001 - a script, not a package

from __future__ import annotations

import math
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE = files("fontpkg_be_vietnam_pro") / "files"
TARGET = Path(__file__).parents[2] / "admin" / "static" / "motcua" / "fonts"
WEIGHTS = {400: "Regular", 600: "SemiBold", 700: "Bold"}
#: Latin, Vietnamese, combining marks, punctuation, arithmetic; and the signs below, which the font lacks.
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    0x1A0,
    0x1A1,
    0x1AF,
    0x1B0,
    *range(0x300, 0x305),
    0x306,
    0x309,
    0x31B,
    0x323,
    *range(0x1EA0, 0x1EFA),
    *range(0x2010, 0x2027),
    0x202F,
    0x2030,
    0x2039,
    0x203A,
    0x20AB,
    0x2122,
    0x2212,
    0x2248,
    0x2260,
    0x2264,
    0x2265,
]
FIGURES = "0123456789"

Point = tuple[float, float]


def _circle(radius: float, steps: int = 48) -> list[Point]:
    angles = (2 * math.pi * step / steps for step in range(steps))
    return [(370 - radius * math.sin(angle), 370 + radius * math.cos(angle)) for angle in angles]


#: The signs that stand beside a state's word, so that it never rests on colour; drawn on a 740 square.
SIGNS: dict[int, list[Sequence[Point]]] = {
    0x25CF: [_circle(310)],
    0x25B2: [[(370, 720), (740, 40), (0, 40)]],
    0x25A0: [[(70, 670), (670, 670), (670, 70), (70, 70)]],
    0x25C6: [[(370, 740), (740, 370), (370, 0), (0, 370)]],
    0x2713: [[(20, 350), (110, 440), (270, 280), (630, 640), (720, 550), (270, 100)]],
    0x2192: [[(0, 430), (500, 430), (310, 620), (400, 710), (740, 370), (400, 30), (310, 120), (500, 310), (0, 310)]],
    0x2190: [[(740, 310), (240, 310), (430, 120), (340, 30), (0, 370), (340, 710), (430, 620), (240, 430), (740, 430)]],
}


def add_glyph(font: TTFont, codepoint: int, contours: list[Sequence[Point]]) -> None:
    """Draw a sign into the font."""
    pen = TTGlyphPen(None)
    for first, *rest in contours:
        pen.moveTo(first)
        for point in rest:
            pen.lineTo(point)
        pen.closePath()
    name = f"uni{codepoint:04X}"
    font.setGlyphOrder([*font.getGlyphOrder(), name])
    font["glyf"][name] = pen.glyph()
    font["hmtx"][name] = (820, 40)
    font["glyf"][name].coordinates.translate((40, 0))
    font["glyf"][name].recalcBounds(font["glyf"])
    for table in font["cmap"].tables:
        if table.isUnicode():
            table.cmap[codepoint] = name


def level_figures(font: TTFont) -> None:
    """Give the ten figures one width, each in the middle of it."""
    names = [font.getBestCmap()[ord(figure)] for figure in FIGURES]
    widest = max(font["hmtx"][name][0] for name in names)
    for name in names:
        width, bearing = font["hmtx"][name]
        shift = (widest - width) // 2
        glyph = font["glyf"][name]
        glyph.coordinates.translate((shift, 0))
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (widest, bearing + shift)


def write(font: TTFont, unicodes: list[int], features: list[str], path: Path) -> None:
    """Keep only the given letters and write the font as WOFF2."""
    options = Options(layout_features=features, hinting=False, name_IDs=[0, 1, 2, 13, 14], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=unicodes)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(path)


def main() -> None:
    """Write every weight, whole and figures only."""
    TARGET.mkdir(parents=True, exist_ok=True)
    for weight, name in WEIGHTS.items():
        source: Any = SOURCE / f"BeVietnamPro-{name}.ttf"
        font = TTFont(source)
        for codepoint, contours in SIGNS.items():
            add_glyph(font, codepoint, contours)
        features = ["kern", "mark", "mkmk", "ccmp", "locl", "case"]
        write(font, [*LETTERS, *SIGNS], features, TARGET / f"be-vietnam-pro-{weight}.woff2")
        figures = TTFont(source)
        level_figures(figures)
        write(figures, [ord(figure) for figure in FIGURES], [], TARGET / f"be-vietnam-pro-figures-{weight}.woff2")


if __name__ == "__main__":
    main()
