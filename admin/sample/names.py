"""Names of people who do not exist, put together from common Vietnamese names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

SURNAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý",
)  # fmt: skip
MIDDLE = ("Văn", "Thị", "Đức", "Ngọc", "Quang", "Thu", "Minh", "Thanh", "Hữu", "Kim")
GIVEN = (
    "An", "Bình", "Cường", "Dũng", "Giang", "Hà", "Hạnh", "Hiếu", "Hương", "Khánh", "Lan", "Linh", "Mai", "Nam",
    "Nga", "Oanh", "Phúc", "Quyên", "Sơn", "Thảo", "Tuấn", "Uyên", "Vân", "Xuân", "Yến",
)  # fmt: skip
HAMLETS = ("thôn Đông", "thôn Đoài", "thôn Trung", "thôn Thượng", "thôn Hạ")


def full_name(random: Random) -> str:
    """Return a made-up full name."""
    return f"{random.choice(SURNAMES)} {random.choice(MIDDLE)} {random.choice(GIVEN)}"


def phone(random: Random) -> str:
    """Return a number that is not given to anybody: the 000 block."""
    return f"0900000{random.randrange(1000):03d}"


def address(random: Random) -> str:
    """Return a made-up address."""
    return random.choice(HAMLETS)
