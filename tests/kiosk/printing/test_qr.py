"""QR codes that survive paper, lenses and screens."""

from __future__ import annotations

import io
import random
import xml.etree.ElementTree as ET

import zxingcpp
from PIL import Image, ImageFilter

from motcua.kiosk.printing.escpos_bytes import escpos_bytes
from motcua.kiosk.qr import QUIET_ZONE, qr_matrix, qr_svg
from motcua.kiosk.sheet import Sheet
from tests.kiosk.printing.decoder import decode

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
URL = "HTTPS://MOTCUA.EXAMPLE.VN/T/0123456789ABCDEFGHJKMNPQRS"
SVG = "{http://www.w3.org/2000/svg}"


def read(image: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(image)]


def spoilt(image: Image.Image, chance: random.Random) -> Image.Image:
    """Turn every twentieth dot over, and look at it through a lens that is not quite sharp."""
    dots = bytearray(image.tobytes())
    for dot in chance.sample(range(len(dots)), len(dots) // 20):
        dots[dot] ^= 0xFF
    return Image.frombytes("L", image.size, bytes(dots)).filter(ImageFilter.GaussianBlur(1.4))


def test_200_spoilt_codes_are_read_back_from_the_printers_bytes() -> None:
    """PRN-16: 5 % of the dots wrong, 58 and 80 mm, modules of 4 to 7 dots; 200 of 200 read."""
    chance = random.Random(16)
    read_back = 0
    for number in range(200):
        host = "MOTCUA." * (1 + number % 10)
        url = f"HTTPS://{host}VN/T/" + "".join(chance.choice(SYMBOLS) for _ in range(26))
        sheet = Sheet((58, 80)[number % 2], longest_mm=200)
        sheet.qr(url, least_mm=28)

        read_back += read(spoilt(decode(escpos_bytes(sheet.image())).image, chance)) == [url]

    assert read_back == 200


def test_an_ordinary_address_makes_a_small_code() -> None:
    assert len(qr_matrix(URL)) == 33


def test_the_screen_shows_the_same_code() -> None:
    svg = ET.fromstring(qr_svg(URL, label='Mã "QR" <1>'))  # noqa: S314 - our own text
    side = len(qr_matrix(URL)) + 2 * QUIET_ZONE
    path = svg.find(f"{SVG}path")
    assert path is not None

    picture = drawn(path.attrib["d"], side, scale=4)

    assert svg.attrib["viewBox"] == f"0 0 {side} {side}"
    assert svg.attrib["aria-label"] == 'Mã "QR" <1>'
    assert read(picture) == [URL]


def test_the_screens_code_needs_no_style() -> None:
    assert "style" not in qr_svg(URL, label="QR")


def drawn(path: str, side: int, *, scale: int) -> Image.Image:
    """Draw an SVG path that consists of rectangles one unit high."""
    picture = Image.new("L", (side, side), 255)
    for step in path.removesuffix("z").split("z"):
        start, _, length = step.removeprefix("M").partition("h")
        x, y = (int(number) for number in start.split())
        picture.paste(0, (x, y, x + int(length.partition("v")[0]), y + 1))
    buffer = io.BytesIO()
    picture.resize((side * scale, side * scale), Image.Resampling.NEAREST).save(buffer, "PNG")
    return Image.open(buffer)
