"""The words beside the numbers a shopper gives for feelings: every form and screen says the same."""

from __future__ import annotations

from cemaudit.model.text import Text

__all__ = ["EMOTIONS", "EXPECTATIONS", "PERCEPTIONS"]

EMOTIONS: dict[int, Text] = {
    -3: Text(ko="매우 불쾌했다", en="very unpleasant"),
    -2: Text(ko="불쾌했다", en="unpleasant"),
    -1: Text(ko="조금 불쾌했다", en="slightly unpleasant"),
    0: Text(ko="별 느낌이 없었다", en="no feeling either way"),
    1: Text(ko="조금 기분이 좋았다", en="slightly pleasant"),
    2: Text(ko="기분이 좋았다", en="pleasant"),
    3: Text(ko="매우 기분이 좋았다", en="very pleasant"),
}
"""What was felt, -3 to 3."""

EXPECTATIONS: dict[int, Text] = {
    1: Text(ko="전혀 기대하지 않았다", en="expected nothing at all"),
    2: Text(ko="거의 기대하지 않았다", en="expected very little"),
    3: Text(ko="조금 기대했다", en="expected a little"),
    4: Text(ko="보통으로 기대했다", en="expected something ordinary"),
    5: Text(ko="꽤 기대했다", en="expected rather much"),
    6: Text(ko="많이 기대했다", en="expected much"),
    7: Text(ko="최고를 기대했다", en="expected the very best"),
}
"""What had been expected beforehand, 1 to 7."""

PERCEPTIONS: dict[int, Text] = {
    1: Text(ko="아무것도 없었다", en="there was nothing at all"),
    2: Text(ko="거의 없었다", en="there was very little"),
    3: Text(ko="조금 있었다", en="there was a little"),
    4: Text(ko="보통이었다", en="it was ordinary"),
    5: Text(ko="꽤 좋았다", en="it was rather good"),
    6: Text(ko="많이 좋았다", en="it was very good"),
    7: Text(ko="최고였다", en="it was the very best"),
}
"""What was met, on the scale of the expectation, 1 to 7."""
