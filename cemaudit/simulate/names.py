"""What simulated companies and their outlets are called. All brands are made up."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Outlet", "outlets"]


@dataclass(frozen=True)
class Outlet:
    """The name of one outlet and the place it stands in."""

    name: str
    place: str


_BRANDS = {"retail": "그린스마일", "hospital": "한결의원", "ecommerce": "온결몰"}
_OTHER_BRAND = "새솔"

_BRANCHES = (
    ("강남점", "서울 강남"),
    ("서면점", "부산 서면"),
    ("동성로점", "대구 동성로"),
    ("둔산점", "대전 둔산"),
    ("상무점", "광주 상무"),
    ("구월점", "인천 구월"),
    ("인계점", "수원 인계"),
    ("삼산점", "울산 삼산"),
    ("노형점", "제주 노형"),
    ("객사점", "전주 객사"),
    ("상남점", "창원 상남"),
    ("홍대점", "서울 홍대"),
)
_CORNERS = (
    "아웃도어관", "생활관", "신발관", "캠핑관", "가방관", "운동관",
    "어린이관", "선물관", "주방관", "침구관", "문구관", "반려관",
)  # fmt: skip


def outlets(sector: str, count: int) -> list[Outlet]:
    """The first ``count`` outlets of the sector's company, no name twice; web shops have no town."""
    brand = _BRANDS.get(sector, _OTHER_BRAND)
    known = [Outlet(f"{brand} {corner}", "온라인") for corner in _CORNERS]
    if sector != "ecommerce":
        known = [Outlet(f"{brand} {_branch(sector, branch)}", place) for branch, place in _BRANCHES]
    return [_again(known[number % len(known)], number // len(known)) for number in range(count)]


def _branch(sector: str, branch: str) -> str:
    return branch.removesuffix("점") if sector == "hospital" else branch


def _again(outlet: Outlet, round_number: int) -> Outlet:
    return Outlet(f"{outlet.name} {round_number + 1}", outlet.place) if round_number else outlet
