"""What simulated shoppers write: short comments in Korean and English, to suit what happened and where."""

from __future__ import annotations

from random import Random

from cemaudit.language import Language
from cemaudit.model import Channel, Element, Touchpoint

__all__ = ["blame", "claim", "cold", "occasion", "praise", "regret", "remark", "skipped"]

Bank = dict[Language, tuple[str, ...]]

_PRAISE: dict[Element, Bank] = {
    Element.PRODUCT: {
        "ko": (
            "기대한 것보다 빠르고 정확했습니다.",
            "약속한 대로 되어 마음이 놓였습니다.",
            "제 사정에 꼭 맞게 챙겨 주어 다시 올 생각이 들었습니다.",
            "처음부터 끝까지 막히는 데가 없었습니다.",
            "지난번보다 눈에 띄게 나아졌습니다.",
        ),
        "en": (
            "Faster and more exact than I had expected.",
            "Everything was just as promised, which put me at ease.",
            "It fitted my case so well that I would come back.",
            "Nothing got stuck from beginning to end.",
            "Clearly better than last time.",
        ),
    },
    Element.PEOPLE: {
        "ko": (
            "하던 일을 멈추고 제 말을 끝까지 들어 주었습니다.",
            "바쁜 시간인데도 먼저 다가와 웃으며 물어보았습니다.",
            "목소리가 차분하고 설명이 친절해 기분이 좋았습니다.",
            "제가 망설이자 재촉하지 않고 기다려 주었습니다.",
            "제 이야기를 기억하고 이어서 물어 주었습니다.",
        ),
        "en": (
            "They stopped what they were doing and heard me out.",
            "It was a busy hour, yet someone came up with a smile and asked first.",
            "A calm voice and a kind explanation; I felt good about it.",
            "When I hesitated they waited and did not push.",
            "They remembered what I had said and asked further.",
        ),
    },
    Element.COMMUNICATION: {
        "ko": (
            "어려운 말 없이 알기 쉽게 알려 주었습니다.",
            "묻기 전에 먼저 알려 주어 다시 확인할 일이 없었습니다.",
            "말과 글의 내용이 같아 믿음이 갔습니다.",
            "다음에 무엇을 하면 되는지 분명했습니다.",
            "걸리는 시간을 미리 알려 주어 기다리기 쉬웠습니다.",
        ),
        "en": (
            "Told in plain words, nothing hard to follow.",
            "They told me before I had to ask, so I never had to check again.",
            "What was said and what was written agreed; I could trust it.",
            "It was clear what to do next.",
            "They told me how long it would take, so waiting was easy.",
        ),
    },
    Element.LOOK_AND_FEEL: {
        "ko": (
            "깨끗하고 정돈되어 있어 들어서는 순간 편안했습니다.",
            "필요한 것이 바로 눈에 띄었습니다.",
            "작은 데까지 신경 쓴 느낌이 들었습니다.",
            "조용하고 밝아 머물고 싶었습니다.",
            "안내 표시만 보고도 헤매지 않았습니다.",
        ),
        "en": (
            "Clean and tidy; I felt at ease the moment I came in.",
            "What I needed caught the eye at once.",
            "One could tell that small things had been thought of.",
            "Quiet and bright, a place to stay in.",
            "The signs alone were enough to find my way.",
        ),
    },
}

_REGRET: dict[Element, Bank] = {
    Element.PRODUCT: {
        "ko": (
            "안내받은 것과 달라 처음부터 다시 해야 했습니다.",
            "생각보다 오래 걸려 다음 일정에 늦을 뻔했습니다.",
            "한 번에 되지 않아 두 번 세 번 확인해야 했습니다.",
            "왜 안 되는지 아무도 알지 못했습니다.",
            "지난번에 말한 문제가 그대로였습니다.",
        ),
        "en": (
            "Not what I had been told, so I had to start all over.",
            "It took so long that I nearly missed my next appointment.",
            "It did not work at once; I had to check two or three times.",
            "Nobody knew why it did not work.",
            "The problem I had named last time was still there.",
        ),
    },
    Element.PEOPLE: {
        "ko": (
            "저를 보고도 하던 이야기를 계속했습니다.",
            "말을 걸어도 화면만 보며 대답했습니다.",
            "귀찮아하는 말투여서 더 묻기가 어려웠습니다.",
            "제 말을 중간에 끊고 다른 이야기를 했습니다.",
            "담당이 아니라며 다른 데 물어보라고만 했습니다.",
        ),
        "en": (
            "They saw me and went on with their own talk.",
            "I spoke to them and they answered with eyes on the screen.",
            "The tone said I was a nuisance; it was hard to ask more.",
            "They cut me short and spoke of something else.",
            "Not my job, they said, and sent me elsewhere.",
        ),
    },
    Element.COMMUNICATION: {
        "ko": (
            "아무 안내가 없어 무작정 기다렸습니다.",
            "물어볼 때마다 대답이 달랐습니다.",
            "작은 글씨로만 적혀 있어 나중에야 알았습니다.",
            "전문 용어로만 말해서 무슨 뜻인지 알 수 없었습니다.",
            "왜 그런지 물었지만 규정이라는 말뿐이었습니다.",
        ),
        "en": (
            "Nobody said anything, so I just waited.",
            "I got a different answer each time I asked.",
            "It stood only in small print; I noticed too late.",
            "All technical words; I could not tell what was meant.",
            "I asked why, and was told only that it is the rule.",
        ),
    },
    Element.LOOK_AND_FEEL: {
        "ko": (
            "먼지와 쌓아 둔 상자가 먼저 눈에 들어왔습니다.",
            "어디로 가야 하는지 알 수 없어 한참 헤맸습니다.",
            "어수선하고 시끄러워 빨리 나가고 싶었습니다.",
            "너무 많은 것이 한꺼번에 보여 찾기 어려웠습니다.",
            "낡았거나 철 지난 것이 그대로 놓여 있었습니다.",
        ),
        "en": (
            "Dust and stacked boxes were the first thing to be seen.",
            "I could not tell where to go and lost my way for a while.",
            "Untidy and loud; I wanted to leave soon.",
            "Too much to be seen at once, so nothing could be found.",
            "What was said to be there was worn or out of date.",
        ),
    },
}

_PRAISE_FROM_AFAR: dict[Element, Bank] = {
    Element.PEOPLE: {
        "ko": (
            "목소리가 차분하고 설명이 친절해 기분이 좋았습니다.",
            "제 말을 끝까지 듣고 한 번에 답해 주었습니다.",
            "약속한 시간에 다시 연락이 왔습니다.",
        ),
        "en": (
            "A calm voice and a kind explanation; I felt good about it.",
            "They heard me out and answered in one go.",
            "They got back to me at the time they had promised.",
        ),
    },
    Element.LOOK_AND_FEEL: {
        "ko": (
            "화면이 깔끔해 어디를 눌러야 하는지 바로 알았습니다.",
            "휴대전화에서도 글씨가 크고 읽기 쉬웠습니다.",
            "불필요한 것이 없어 금방 끝났습니다.",
        ),
        "en": (
            "A clean screen; I knew at once where to tap.",
            "Large and easy to read, on a phone too.",
            "Nothing superfluous, so it was over quickly.",
        ),
    },
}

_REGRET_FROM_AFAR: dict[Element, Bank] = {
    Element.PEOPLE: {
        "ko": (
            "여러 번 돌려지는 동안 같은 말을 되풀이했습니다.",
            "귀찮아하는 말투여서 더 묻기가 어려웠습니다.",
            "다시 연락한다고 했지만 오지 않았습니다.",
        ),
        "en": (
            "I was passed on several times and told the same story each time.",
            "The tone said I was a nuisance; it was hard to ask more.",
            "They said they would get back to me, and did not.",
        ),
    },
    Element.LOOK_AND_FEEL: {
        "ko": (
            "버튼이 작고 숨어 있어 한참 찾았습니다.",
            "창이 자꾸 떠서 보던 것을 놓쳤습니다.",
            "같은 화면을 몇 번이나 오가야 했습니다.",
            "글씨가 작고 흐려 읽기 어려웠습니다.",
        ),
        "en": (
            "The button was small and hidden; it took a while to find.",
            "Windows kept popping up and I lost what I was reading.",
            "I had to go back and forth between the same screens.",
            "Small, pale letters, hard to read.",
        ),
    },
}

_COLD: Bank = {
    "ko": (
        "할 일은 다 했지만 마음이 느껴지지 않았습니다.",
        "절차는 맞았으나 기계와 이야기하는 것 같았습니다.",
        "빠르기는 했지만 쫓기는 기분이 들었습니다.",
    ),
    "en": (
        "All was done as it should be, yet without any warmth.",
        "The procedure was right, but it was like talking to a machine.",
        "Quick it was, but I felt hurried along.",
    ),
}

_CLAIM: dict[Element, Bank] = {
    Element.PRODUCT: {
        "ko": ("안내와 다르게 처리된 부분을 바로잡아 주십시오.", "걸린 시간에 대한 설명과 재발 방지를 바랍니다."),
        "en": ("Please put right what was not done as announced.", "Please explain the delay and prevent a repeat."),
    },
    Element.PEOPLE: {
        "ko": ("응대한 분이 어떤 교육을 받는지 확인해 주십시오.", "먼저 인사하고 들어 주는 기본을 챙겨 주십시오."),
        "en": (
            "Please check how those who serve are trained.",
            "Please see to the basics: greet first, then listen.",
        ),
    },
    Element.COMMUNICATION: {
        "ko": ("늦어지거나 바뀔 때에는 먼저 알려 주십시오.", "조건을 글로도 받을 수 있게 해 주십시오."),
        "en": (
            "Please tell customers first when something is late or changes.",
            "Please give the terms in writing too.",
        ),
    },
    Element.LOOK_AND_FEEL: {
        "ko": ("안내 표시를 눈에 띄는 곳으로 옮겨 주십시오.", "정리와 청소 시간을 다시 정해 주십시오."),
        "en": ("Please move the signs to where they are seen.", "Please set the times for tidying and cleaning anew."),
    },
}

_BLAME: Bank = {
    "ko": (
        "손님을 가볍게 여긴다는 느낌을 지울 수 없습니다.",
        "제 시간은 아무것도 아니라고 여기는 것 같았습니다.",
        "다음에는 다른 곳을 찾겠다고 마음먹었습니다.",
    ),
    "en": (
        "I cannot shake off the feeling that customers do not matter here.",
        "As if my time were worth nothing.",
        "I made up my mind to go elsewhere next time.",
    ),
}

_REMARK: Bank = {
    "ko": ("특별한 점은 없었습니다.", "전에 왔을 때와 비슷했습니다.", "한 번 더 살펴볼 만합니다."),
    "en": ("Nothing special to report.", "Much the same as last time.", "Worth another look."),
}

_SKIPPED: Bank = {
    "ko": ("그때는 확인하지 못함", "시간이 맞지 않아 보지 못함", "다른 일을 하다 놓침"),
    "en": ("could not be checked at that moment", "no time to look", "missed while doing something else"),
}

_OCCASION: dict[Language, tuple[tuple[str, str, str], tuple[str, str, str]]] = {
    "ko": (("평일 오전", "평일 오후", "평일 저녁"), ("주말 오전", "주말 오후", "주말 저녁")),
    "en": (
        ("weekday morning", "weekday afternoon", "weekday evening"),
        ("weekend morning", "weekend afternoon", "weekend evening"),
    ),
}


def praise(touchpoint: Touchpoint, language: Language, rng: Random) -> str:
    """A comment on something done well."""
    return rng.choice(_fitting(touchpoint, _PRAISE, _PRAISE_FROM_AFAR)[language])


def regret(touchpoint: Touchpoint, language: Language, rng: Random) -> str:
    """A comment on something done badly."""
    return rng.choice(_fitting(touchpoint, _REGRET, _REGRET_FROM_AFAR)[language])


def _fitting(touchpoint: Touchpoint, on_site: dict[Element, Bank], from_afar: dict[Element, Bank]) -> Bank:
    """What suits the element; people and rooms are not seen by phone or on a screen."""
    sentences = on_site if touchpoint.channel is Channel.FACE_TO_FACE else {**on_site, **from_afar}
    return sentences[touchpoint.element]


def cold(language: Language, rng: Random) -> str:
    """A comment on something done well that felt bad."""
    return rng.choice(_COLD[language])


def claim(element: Element, language: Language, rng: Random) -> str:
    """What the company is asked to repair."""
    return rng.choice(_CLAIM[element][language])


def blame(language: Language, rng: Random) -> str:
    """What the company is resented for."""
    return rng.choice(_BLAME[language])


def remark(language: Language, rng: Random) -> str:
    """An answer to an open question."""
    return rng.choice(_REMARK[language])


def skipped(language: Language, rng: Random) -> str:
    """Why something was not seen."""
    return rng.choice(_SKIPPED[language])


def occasion(weekday: int, hour: int, language: Language) -> str:
    """The time of the week in words; ``weekday`` 0 is Monday."""
    return _OCCASION[language][weekday >= 5][(hour >= 12) + (hour >= 18)]
