"""A strip of thermal paper that grows as it is written on: one bit a dot, 203 dots an inch.

There is no grey on thermal paper, so nothing here is smoothed. A strip can't
be overfilled: text wraps, is cut with an ellipsis after its last allowed
line, and the strip itself ends at a greatest length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

import fontpkg_be_vietnam_pro
from PIL import Image, ImageDraw, ImageFont

from motcua.admin.domain.text import clean_line
from motcua.kiosk.qr import QUIET_ZONE, qr_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

DOTS_PER_MM = 8
#: What a printer can reach of its paper, by the paper's width in millimetres.
PRINTABLE_DOTS = {58: 384, 80: 576}
WHITE, BLACK = 1, 0
_ELLIPSIS = "…"
# Accents stand on accents in Vietnamese (Ễ, Ậ): lines need room.
_LINE_HEIGHT = 1.4
# How far the accents of Ễ rise above the font's own ascent, as a part of the size.
_OVERHANG = 0.24
# Where a reader would breathe, and how much raggedness a break there is worth.
_ENDS_A_PHRASE = frozenset(",.;:·–)")
_BEGINS_A_PHRASE = frozenset(["xã", "phường", "tỉnh", "và", "VÀ", "khoảng", "của", "CHỦ", "and", "about", "of", "for"])
_GOOD_BREAK = 0.3
# A figure stays with what it counts, and the words of "hành chính công" with each other.
_STAYS_TOGETHER = re.compile(r"(?<=\d) (?=\w)|(?<=hành) (?=chính)|(?<=chính) (?=công)")
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
# How far a number may be narrowed so that it stays tall.
_NARROWEST = 0.72
_TRIAL_SIZE = 100

Weight = Literal["Medium", "SemiBold", "Bold", "ExtraBold"]
Align = Literal["left", "centre"]


@dataclass(frozen=True, slots=True)
class Type:
    """How text is set: size in dots, weight, and how many lines it may take."""

    size: int
    weight: Weight = "Medium"
    lines: int = 1
    align: Align = "centre"


class Sheet:
    """A strip of paper, written from top to bottom."""

    def __init__(self, paper_mm: int, *, longest_mm: int, margin: int = 12) -> None:
        self.width = PRINTABLE_DOTS[paper_mm]
        self.margin = margin
        self._longest = longest_mm * DOTS_PER_MM
        self._blocks: list[Image.Image] = []

    @property
    def measure(self) -> int:
        """The width of a line of text."""
        return self.width - 2 * self.margin

    def gap(self, dots: int) -> None:
        """Leave some paper white."""
        self._blocks.append(_blank(self.width, dots))

    def rule(self, *, dots: int = 2) -> None:
        """Draw a line from margin to margin."""
        block = _blank(self.width, dots)
        ImageDraw.Draw(block).rectangle((self.margin, 0, self.width - self.margin - 1, dots - 1), fill=BLACK)
        self._blocks.append(block)

    def text(self, words: str, type_: Type, *, indent: int = 0) -> None:
        """Set a paragraph."""
        self._blocks.append(_paragraph(words, type_, self.width, self.measure - indent, self.margin + indent))

    def item(self, mark: str, words: str, figure: str, type_: Type, *, indent: int) -> None:
        """Set an entry of a list: its number, its words, and a figure at the right margin."""
        font = _font(type_.weight, type_.size)
        figure_width = _width(font, figure)
        lines = wrap(_bound(clean_line(words)), font, self.measure - indent - figure_width - type_.size, type_.lines)
        block = _lines(lines, font, type_, self.width, self.margin + indent)
        draw = ImageDraw.Draw(block)
        top = round(type_.size * _OVERHANG)
        draw.text((self.margin, top), mark, font=font, fill=BLACK)
        draw.text((self.width - self.margin - figure_width, top), figure, font=font, fill=BLACK)
        self._blocks.append(block)

    def fitted(self, words: str, type_: Type, *, smallest: int) -> None:
        """Set a paragraph on one line, smaller if need be; over several lines if that is not enough."""
        line = clean_line(words)
        for size in range(type_.size, smallest - 1, -1):
            if _width(_font(type_.weight, size), line) <= self.measure:
                self.text(line, Type(size, type_.weight, 1, type_.align))
                return
        self.text(line, Type(type_.size, type_.weight, max(2, type_.lines), type_.align))

    def band(self, words: str, type_: Type) -> None:
        """Set one line in white on black, from edge to edge."""
        font = _font(type_.weight, type_.size)
        line = wrap(clean_line(words), font, self.measure, 1)[0]
        height = round(type_.size * 1.7)
        block = Image.new("1", (self.width, height), BLACK)
        at = (round((self.width - _width(font, line)) / 2), _centred_top(font, height))
        ImageDraw.Draw(block).text(at, line, font=font, fill=WHITE)
        self._blocks.append(block)

    def badge(self, words: str, type_: Type) -> None:
        """Set a word in white on a black pill."""
        font = _font(type_.weight, type_.size)
        line = wrap(clean_line(words), font, self.measure - 2 * type_.size, 1)[0]
        height = round(type_.size * 1.6)
        width = round(_width(font, line)) + 2 * type_.size
        pill = _blank(width, height)
        draw = ImageDraw.Draw(pill)
        draw.rounded_rectangle((0, 0, width - 1, height - 1), radius=height // 2, fill=BLACK)
        draw.text((type_.size, _centred_top(font, height)), line, font=font, fill=WHITE)
        self._blocks.append(_centred_on(self.width, pill))

    def giant(self, label: str, *, least_mm: int) -> None:
        """Set a label as tall as fits, at least ``least_mm`` tall if narrowing makes that possible."""
        line = clean_line(label)
        if _ink(line, _TRIAL_SIZE).height:
            self._blocks.append(_centred_on(self.width, _giant(line, self.measure, least_mm * DOTS_PER_MM)))

    def qr(self, url: str, *, least_mm: int) -> None:
        """Draw a QR code at least so wide, each module a whole number of dots, with its quiet zone."""
        matrix = qr_matrix(url)
        modules = len(matrix)
        wanted = -(-least_mm * DOTS_PER_MM // modules)
        module = min(wanted, self.width // (modules + 2 * QUIET_ZONE))
        block = _blank(self.width, (modules + 2 * QUIET_ZONE) * module)
        draw = ImageDraw.Draw(block)
        left, top = (self.width - modules * module) // 2, QUIET_ZONE * module
        for y, row in enumerate(matrix):
            for x, dark in enumerate(row):
                if dark:
                    at = (left + x * module, top + y * module)
                    draw.rectangle((*at, at[0] + module - 1, at[1] + module - 1), fill=BLACK)
        self._blocks.append(block)

    def image(self) -> Image.Image:
        """Return the strip; what goes beyond the greatest length is cut off."""
        height = min(sum(block.height for block in self._blocks), self._longest)
        strip = _blank(self.width, height)
        y = 0
        for block in self._blocks:
            strip.paste(block, (0, y))
            y += block.height
        return strip


# Most sentences are the same on every slip. What is kept is only pasted, and never drawn on.
@lru_cache(maxsize=256)
def _paragraph(words: str, type_: Type, width: int, measure: int, left: int) -> Image.Image:
    font = _font(type_.weight, type_.size)
    lines = wrap(_bound(clean_line(words)), font, measure, type_.lines)
    if type_.align == "centre":
        lines = _well_broken(lines, font, measure)
    return _lines(lines, font, type_, width, left)


def _lines(lines: Sequence[str], font: ImageFont.FreeTypeFont, type_: Type, width: int, left: int) -> Image.Image:
    leading = type_.size * _LINE_HEIGHT
    overhang = type_.size * _OVERHANG
    block = _blank(width, round(leading * len(lines) + overhang / 2))
    draw = ImageDraw.Draw(block)
    for number, line in enumerate(lines):
        begin = left if type_.align == "left" else round((width - _width(font, line)) / 2)
        draw.text((begin, round(overhang + number * leading)), line, font=font, fill=BLACK)
    return block


def _bound(line: str) -> str:
    return _STAYS_TOGETHER.sub(_NO_BREAK_SPACE, line)


def wrap(line: str, font: ImageFont.FreeTypeFont, measure: float, most: int) -> list[str]:
    """Break text into at most so many lines; the last ends in an ellipsis if something is left out.

    A word that is wider than the paper is broken, because there is no other
    place for it.
    """
    lines = [""]
    words = [piece for word in line.split(" ") for piece in _pieces(word, font, measure)]
    for word in words:
        longer = f"{lines[-1]} {word}".lstrip()
        if _width(font, longer) <= measure:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(word)
        else:
            lines[-1] = _with_ellipsis(longer, font, measure)
            break
    return lines


def _pieces(word: str, font: ImageFont.FreeTypeFont, measure: float) -> list[str]:
    if _width(font, word) <= measure:
        return [word]
    pieces = [""]
    for letter in word:
        if pieces[-1] and _width(font, pieces[-1] + letter) > measure:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def _with_ellipsis(line: str, font: ImageFont.FreeTypeFont, measure: float) -> str:
    """Cut a line after a whole word if that leaves something to read, else in the middle of one."""
    cut = line
    while cut and _width(font, cut + _ELLIPSIS) > measure:
        cut = cut[:-1].rstrip()
    head, _, _ = cut.rpartition(" ")
    at_word = cut if line[len(cut) :][:1] in {"", " "} else head
    return (at_word if len(at_word) * 2 > len(cut) else cut).rstrip(" ,;:") + _ELLIPSIS


def _well_broken(lines: Sequence[str], font: ImageFont.FreeTypeFont, measure: float) -> list[str]:
    """Break a centred paragraph where a reader would: lines of like length, between phrases rather than inside."""
    if len(lines) == 1 or lines[-1].endswith(_ELLIPSIS):
        return list(lines)
    words = " ".join(lines).split(" ")
    # The cheapest way to set the first n words on k lines, and where its last line begins.
    best: dict[tuple[int, int], tuple[float, int]] = {(0, 0): (0.0, 0)}
    for count in range(1, len(lines) + 1):
        for end in range(1, len(words) + 1):
            ways = [
                (best[count - 1, start][0] + _raggedness(words, start, end, font, measure), start)
                for start in range(end)
                if (count - 1, start) in best
            ]
            if ways:
                best[count, end] = min(ways)
    broken: list[str] = []
    end = len(words)
    for count in range(len(lines), 0, -1):
        start = best[count, end][1]
        broken.insert(0, " ".join(words[start:end]))
        end = start
    return broken


def _raggedness(words: Sequence[str], start: int, end: int, font: ImageFont.FreeTypeFont, measure: float) -> float:
    width = _width(font, " ".join(words[start:end]))
    if width > measure:
        return float("inf")
    slack: float = (1 - width / measure) ** 2
    if end == len(words):
        return slack
    is_good = words[end - 1][-1] in _ENDS_A_PHRASE or words[end] in _BEGINS_A_PHRASE
    return slack - (_GOOD_BREAK if is_good else 0)


def _centred_top(font: ImageFont.FreeTypeFont, height: int) -> int:
    """Return where to begin a line so that its capitals stand in the middle of a box."""
    _, top, _, bottom = font.getbbox("H")
    return round((height - (bottom - top)) / 2 - top)


def _giant(label: str, measure: int, least: int) -> Image.Image:
    """Return the label, cut out to its ink, as large as the measure and the least height allow."""
    trial = _ink(label, _TRIAL_SIZE)
    natural = _TRIAL_SIZE * measure // trial.width
    wanted = -(-_TRIAL_SIZE * least // trial.height)
    size = max(natural, min(wanted, round(natural / _NARROWEST)))
    ink = _ink(label, size)
    return ink if ink.width <= measure else _narrowed(label, size, measure)


def _ink(label: str, size: int, *, mode: str = "1") -> Image.Image:
    font = _font("ExtraBold", size)
    left, top, right, bottom = (round(edge) for edge in font.getbbox(label))
    block = Image.new(mode, (right - left, bottom - top), "white")
    ImageDraw.Draw(block).text((-left, -top), label, font=font, fill="black")
    return block


def _narrowed(label: str, size: int, measure: int) -> Image.Image:
    grey = _ink(label, size, mode="L")
    narrow = grey.resize((measure, grey.height), Image.Resampling.LANCZOS)
    return narrow.point(_black_or_white).convert("1", dither=Image.Dither.NONE)


def _black_or_white(grey: int) -> int:
    return 255 if grey > 127 else 0  # noqa: PLR2004 - the middle of a byte


def _centred_on(width: int, ink: Image.Image) -> Image.Image:
    block = _blank(width, ink.height)
    block.paste(ink, ((width - ink.width) // 2, 0))
    return block


def _blank(width: int, height: int) -> Image.Image:
    return Image.new("1", (width, height), WHITE)


# Measuring is most of the work of setting a slip, and most sentences are the same on every slip.
@lru_cache(maxsize=16_384)
def _width(font: ImageFont.FreeTypeFont, text: str) -> float:
    return font.getlength(text)


@cache
def _font(weight: Weight, size: int) -> ImageFont.FreeTypeFont:
    # The basic layout everywhere: what a slip looks like must not depend on whether Raqm is installed.
    file = fontpkg_be_vietnam_pro.ROOT / "files" / f"BeVietnamPro-{weight}.ttf"
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
