"""The field's own words: channels, elements, modes, moments and journeys, with their names in both languages."""

from __future__ import annotations

from enum import StrEnum

from cemaudit.model.base import Id, Record
from cemaudit.model.text import Text

__all__ = ["JOURNEYS", "Channel", "Element", "Facet", "Journey", "Medium", "Mode", "Moment", "Stage", "label"]


class Channel(StrEnum):
    """How company and customer meet (Customer Experience Management's three channels)."""

    FACE_TO_FACE = "face-to-face"
    PERSONAL_DISTANT = "personal-distant"
    ELECTRONIC = "electronic"


class Medium(StrEnum):
    """The second level of a channel."""

    IN_PERSON = "in-person"
    PHONE = "phone"
    LETTER = "letter"
    FAX = "fax"
    WEB = "web"
    MAIL = "mail"
    SMS = "sms"
    CHAT = "chat"
    APP = "app"


class Element(StrEnum):
    """What of the company the customer meets."""

    PRODUCT = "product"
    PEOPLE = "people"
    COMMUNICATION = "communication"
    LOOK_AND_FEEL = "look-and-feel"


class Mode(StrEnum):
    """Who reaches out: the customer comes looking (active, expects more) or the company does (passive)."""

    ACTIVE = "active"
    PASSIVE = "passive"


class Moment(StrEnum):
    """Moments of truth (stimulus, zero, first, second) or micro-moments (know, go, do, buy)."""

    STIMULUS = "stimulus"
    ZMOT = "zmot"
    FMOT = "fmot"
    SMOT = "smot"
    KNOW = "know"
    GO = "go"
    DO = "do"
    BUY = "buy"


class Facet(StrEnum):
    """What a measure can be grouped by."""

    ITEM = "item"
    TOUCHPOINT = "touchpoint"
    CHANNEL = "channel"
    MEDIUM = "medium"
    STAGE = "stage"
    ELEMENT = "element"
    MODE = "mode"
    MOMENT = "moment"
    TAG = "tag"


class Stage(Record):
    """One stage of a journey."""

    id: Id
    title: Text


class Journey(Record):
    """A named, ordered list of stages."""

    id: Id
    title: Text
    stages: tuple[Stage, ...]

    def stage(self, stage_id: str) -> Stage:
        """The stage with that id; ``KeyError`` where there is none."""
        return {stage.id: stage for stage in self.stages}[stage_id]


def _journey(journey_id: str, ko: str, en: str, *stages: tuple[str, str, str]) -> Journey:
    titled = tuple(Stage(id=stage_id, title=Text(ko=ko, en=en)) for stage_id, ko, en in stages)
    return Journey(id=journey_id, title=Text(ko=ko, en=en), stages=titled)


JOURNEYS: dict[str, Journey] = {
    journey.id: journey
    for journey in (
        _journey(
            "six-stage",
            "고객 여정 6단계",
            "Six-stage customer journey",
            ("awareness", "인지", "Awareness"),
            ("consideration", "고려", "Consideration"),
            ("purchase", "구매", "Purchase"),
            ("use", "사용", "Use"),
            ("retention", "유지", "Retention"),
            ("advocacy", "옹호", "Advocacy"),
        ),
        _journey(
            "aida",
            "AIDA",
            "AIDA",
            ("attention", "주의", "Attention"),
            ("interest", "관심", "Interest"),
            ("desire", "욕구", "Desire"),
            ("action", "행동", "Action"),
        ),
        _journey(
            "acass",
            "ACASS",
            "ACASS",
            ("awareness", "인지", "Awareness"),
            ("consideration", "고려", "Consideration"),
            ("acquisition", "획득", "Acquisition"),
            ("service", "서비스", "Service"),
            ("sharing", "공유", "Sharing"),
        ),
        _journey(
            "before-on-after",
            "비포·온·애프터 서비스",
            "Before, on and after service",
            ("before", "비포 서비스", "Before service"),
            ("on", "온 서비스", "On service"),
            ("after", "애프터 서비스", "After service"),
        ),
        _journey(
            "store-path",
            "매장 동선",
            "Store path",
            ("approach", "매장 앞", "Approach"),
            ("enter", "입장", "Enter"),
            ("browse", "둘러보기", "Browse"),
            ("consult", "상담", "Consult"),
            ("try-on", "착용", "Try on"),
            ("pay", "결제", "Pay"),
            ("leave", "배웅", "Leave"),
            ("after", "구매 후", "After the visit"),
        ),
        _journey(
            "treatment",
            "치료 여정",
            "Treatment",
            ("find", "알아보기", "Find"),
            ("book", "예약", "Book"),
            ("arrive", "도착", "Arrive"),
            ("register", "접수", "Register"),
            ("wait", "대기", "Wait"),
            ("consult", "진료", "Consult"),
            ("examine", "검사·처치", "Examine"),
            ("pay", "수납·약", "Pay and medicine"),
            ("between", "방문 사이", "Between visits"),
            ("return", "재방문", "Return"),
            ("finish", "치료 종료", "Finish"),
            ("follow-up", "사후 관리", "Follow-up"),
        ),
        _journey(
            "order",
            "주문 여정",
            "Order",
            ("discover", "탐색", "Discover"),
            ("consider", "비교·고려", "Consider"),
            ("purchase", "구매", "Purchase"),
            ("delivery", "배송", "Delivery"),
            ("use", "사용", "Use"),
            ("return", "반품", "Return"),
            ("support", "고객 지원", "Support"),
            ("after", "사후 관계", "Afterwards"),
        ),
        _journey(
            "cem-programme",
            "고객경험관리 추진",
            "CEM programme",
            ("analyse", "고객의 경험 세계 분석", "Analyse the customer's world"),
            ("platform", "경험 기반 구축", "Build the experience platform"),
            ("brand", "브랜드 경험 설계", "Design the brand experience"),
            ("interface", "고객 접점 구성", "Structure the customer interface"),
            ("innovate", "지속적 혁신", "Innovate continuously"),
        ),
    )
}

_LABELS: dict[StrEnum, Text] = {
    Channel.FACE_TO_FACE: Text(ko="대면", en="Face-to-face"),
    Channel.PERSONAL_DISTANT: Text(ko="비대면 인적", en="Personal but distant"),
    Channel.ELECTRONIC: Text(ko="전자", en="Electronic"),
    Medium.IN_PERSON: Text(ko="직접 만남", en="In person"),
    Medium.PHONE: Text(ko="전화", en="Phone"),
    Medium.LETTER: Text(ko="편지", en="Letter"),
    Medium.FAX: Text(ko="팩스", en="Fax"),
    Medium.WEB: Text(ko="웹", en="Web"),
    Medium.MAIL: Text(ko="이메일", en="E-mail"),
    Medium.SMS: Text(ko="문자", en="SMS"),
    Medium.CHAT: Text(ko="채팅", en="Chat"),
    Medium.APP: Text(ko="앱", en="App"),
    Element.PRODUCT: Text(ko="상품·서비스", en="Product"),
    Element.PEOPLE: Text(ko="사람", en="People"),
    Element.COMMUNICATION: Text(ko="커뮤니케이션", en="Communication"),
    Element.LOOK_AND_FEEL: Text(ko="환경·분위기", en="Look and feel"),
    Mode.ACTIVE: Text(ko="능동", en="Active"),
    Mode.PASSIVE: Text(ko="수동", en="Passive"),
    Moment.STIMULUS: Text(ko="자극", en="Stimulus"),
    Moment.ZMOT: Text(ko="0차 진실의 순간", en="Zero moment of truth"),
    Moment.FMOT: Text(ko="1차 진실의 순간", en="First moment of truth"),
    Moment.SMOT: Text(ko="2차 진실의 순간", en="Second moment of truth"),
    Moment.KNOW: Text(ko="알고 싶은 순간", en="I want to know"),
    Moment.GO: Text(ko="가고 싶은 순간", en="I want to go"),
    Moment.DO: Text(ko="하고 싶은 순간", en="I want to do"),
    Moment.BUY: Text(ko="사고 싶은 순간", en="I want to buy"),
    Facet.ITEM: Text(ko="항목", en="Item"),
    Facet.TOUCHPOINT: Text(ko="접점", en="Touchpoint"),
    Facet.CHANNEL: Text(ko="채널", en="Channel"),
    Facet.MEDIUM: Text(ko="매체", en="Medium"),
    Facet.STAGE: Text(ko="여정 단계", en="Stage"),
    Facet.ELEMENT: Text(ko="요소", en="Element"),
    Facet.MODE: Text(ko="접점 유형", en="Mode"),
    Facet.MOMENT: Text(ko="순간", en="Moment"),
    Facet.TAG: Text(ko="태그", en="Tag"),
}


def label(word: StrEnum) -> Text:
    """The name of a word of the vocabulary, for people."""
    return _LABELS[word]
