"""What simulated companies and their outlets are called. All brands are made up."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Outlet", "brand_of", "formats_of", "outlets"]


@dataclass(frozen=True)
class Outlet:
    """The name of one outlet, the place it stands in, and the ``region`` that is in; ``None`` for a web shop."""

    name: str
    place: str
    region: str | None = None


_BRANDS = {"retail": "그린스마일", "hospital": "한결의원", "ecommerce": "온결몰"}
_OTHER_BRAND = "새솔"
_FORMATS = {
    "retail": ("로드숍", "백화점", "쇼핑몰"),
    "hospital": ("단독 건물", "상가 건물"),
    "ecommerce": ("직영관", "입점관"),
}
_OTHER_FORMATS = ("직영점", "가맹점")

_BRANCHES = (
    ("강남점", "서울 강남"), ("서면점", "부산 서면"), ("동성로점", "대구 동성로"), ("둔산점", "대전 둔산"),
    ("상무점", "광주 상무"), ("구월점", "인천 구월"), ("인계점", "수원 인계"), ("삼산점", "울산 삼산"),
    ("노형점", "제주 노형"), ("객사점", "전주 객사"), ("상남점", "창원 상남"), ("홍대점", "서울 홍대"),
    ("성안점", "청주 성안"), ("해운대점", "부산 해운대"), ("여서점", "여수 여서"), ("신부점", "천안 신부"),
    ("잠실점", "서울 잠실"), ("퇴계점", "춘천 퇴계"), ("연향점", "순천 연향"), ("양덕점", "포항 양덕"),
    ("단계점", "원주 단계"), ("일산점", "고양 일산"), ("하당점", "목포 하당"), ("나성점", "세종 나성"),
)  # fmt: skip
_REGIONS = {
    "수도권": ("서울", "인천", "수원", "고양"),
    "영남": ("부산", "대구", "울산", "창원", "포항"),
    "충청·강원": ("대전", "청주", "천안", "춘천", "원주", "세종"),
    "호남·제주": ("광주", "제주", "전주", "여수", "순천", "목포"),
}
_CORNERS = (
    "아웃도어관", "생활관", "신발관", "캠핑관", "가방관", "운동관",
    "어린이관", "선물관", "주방관", "침구관", "문구관", "반려관",
    "등산관", "자전거관", "수영관", "유아관", "뷰티관", "식품관",
    "가전관", "가구관", "조명관", "음반관", "악기관", "골프관",
)  # fmt: skip


def brand_of(sector: str) -> str:
    """What the sector's company is called."""
    return _BRANDS.get(sector, _OTHER_BRAND)


def formats_of(sector: str) -> tuple[str, ...]:
    """The kinds of outlet it has."""
    return _FORMATS.get(sector, _OTHER_FORMATS)


def outlets(sector: str, count: int) -> list[Outlet]:
    """The first ``count`` outlets of the sector's company, no name twice; web shops have no town."""
    known = [Outlet(f"{brand_of(sector)} {corner}", "온라인") for corner in _CORNERS]
    if sector != "ecommerce":
        known = [_outlet(sector, branch, place) for branch, place in _BRANCHES]
    return [_again(known[number % len(known)], number // len(known)) for number in range(count)]


def _outlet(sector: str, branch: str, place: str) -> Outlet:
    name = branch.removesuffix("점") if sector == "hospital" else branch
    town = place.partition(" ")[0]
    region = next(region for region, towns in _REGIONS.items() if town in towns)
    return Outlet(f"{brand_of(sector)} {name}", place, region)


def _again(outlet: Outlet, round_number: int) -> Outlet:
    return replace(outlet, name=f"{outlet.name} {round_number + 1}") if round_number else outlet
