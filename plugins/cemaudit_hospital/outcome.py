"""What a treatment comes to, in words: which planned visits did not happen, and how its score is made."""

from __future__ import annotations

from cemaudit.model import Text
from cemaudit.model.episodes import Attendance, Episode, weighs_what_was_met

__all__ = ["attendance_words", "weighting_words"]

BY_VISIT = Text(
    ko="방문 점수의 가중 평균이며 마지막 내원을 두 배로 셉니다. "
    "이루어지지 않은 계획 방문은 빼지 않고 0점으로, 0점보다 낮은 방문이 있으면 가장 낮은 방문과 같게 셉니다.",
    en="the weighted mean of its visits, the last one at the clinic counted double. "
    "A planned visit that did not happen is not left out: "
    "it counts as 0, or as the worst visit where that is below 0.",
)
BY_TOUCHPOINTS = Text(
    ko="방문 점수의 가중 평균입니다. 방문의 가중치는 그 방문에서 만난 접점의 가중치 합(능동 접점은 1.5배)이므로 "
    "문자 한 통이 진료만큼 무겁지 않습니다. 마지막 내원은 두 배로 셉니다. 이루어지지 않은 계획 방문은 빼지 않고 "
    "내원의 평균 가중치로 0점을, 0점보다 낮은 방문이 있으면 가장 낮은 방문의 점수를 줍니다.",
    en="the weighted mean of its visits. A visit weighs what the touchpoints it met weigh together (active ones 1.5 "
    "times), so that a message does not weigh as much as a consultation; the last one at the clinic is counted double. "
    "A planned visit that did not happen is not left out: with the mean weight of the visits to the clinic "
    "it counts as 0, or as the worst visit where that is below 0.",
)


def attendance_words(seen: Attendance) -> Text:
    """The counts in a sentence."""
    counts = [
        Text(ko=f"계획된 내원 {seen.planned}회", en=f"{seen.planned} planned") if seen.planned is not None else None,
        Text(ko=f"기록된 내원 {seen.recorded}회", en=f"{seen.recorded} recorded"),
        Text(ko=f"계획했으나 이루어지지 않은 방문 {seen.missing}회", en=f"{seen.missing} planned but missing"),
        Text(ko=f"아직 기록이 없는 계획 방문 {seen.ahead}회", en=f"{seen.ahead} still ahead") if seen.ahead else None,
    ]
    known = [count for count in counts if count]
    return Text(
        ko=", ".join(str(count.ko) for count in known) + ".",
        en="Visits to the clinic: " + ", ".join(str(count.en) for count in known) + ".",
    )


def weighting_words(episode: Episode) -> Text:
    """How the score of the treatment is made, under the scheme of its last visit."""
    return BY_TOUCHPOINTS if weighs_what_was_met(episode.audits[-1].scheme) else BY_VISIT
