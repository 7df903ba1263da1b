"""A shopper who types answers decided beforehand, at whatever question is on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from PIL import Image

from cemaudit.entry import EntryQuestion, QuestionKind
from cemaudit.entry.replies import next_in_a_word
from cemaudit.model import Checklist, Item
from cemaudit.model.answers import YesNo
from helpers.visit_paths import paths

__all__ = ["SHIPPED", "Shopper", "longest"]

SHIPPED = files("cemaudit_checklists")
NOTE = "Nobody came for a quarter of an hour, and then it was the wrong one."
MARK = "  on the same line may follow:"


def longest(checklist: Checklist, place: int) -> dict[str, Any]:
    """The answers of the path with the most questions."""

    def length(answers: Mapping[str, Any]) -> int:
        return sum(item.when is None or item.when.holds(answers) for item in checklist.items.values())

    return max(paths(checklist, place), key=length)


class Shopper:
    """Types answers decided beforehand, as many on a line as the screen offers where it is ``quick``."""

    def __init__(self, answers: Mapping[str, Any], emotion: int, photos: Path, *, quick: bool) -> None:
        self.answers, self.emotion, self.photos, self.quick = answers, emotion, photos, quick
        self.question: EntryQuestion | None = None
        self.draft: Any = None
        self.prompts, self.shown, self.written = 0, [""], 0

    def say(self, text: str = "") -> None:
        self.shown.append(text)

    @staticmethod
    def waiting() -> list[str]:
        return []

    def ask(self, prompt: str) -> str:
        self.prompts += 1
        assert self.prompts < 200, self.shown[-12:]
        line = "" if prompt == "  " else self.line()
        if "All questions are answered" in self.shown[-1] or any("Please look again" in one for one in self.shown[-9:]):
            line = ""
        self.shown.append(prompt + line)
        return line

    def line(self) -> str:
        question, draft = self.question, self.draft()
        assert question
        words = [self.reply(question)]
        screen = self.shown[max(place for place, text in enumerate(self.shown) if text == "") :]
        if self.quick and MARK in screen and not self.shown[-1].startswith("  ! "):
            for _ in screen[screen.index(MARK) + 1 :]:
                question = next_in_a_word(question, draft)
                assert question
                words.append(self.reply(question))
        return " ".join(words)

    def reply(self, question: EntryQuestion) -> str:
        match question.kind:
            case QuestionKind.ANSWER if question.item:
                return self.answer(question.item)
            case QuestionKind.EVIDENCE if self.draft().values.get(question.name):
                return ""
            case QuestionKind.EVIDENCE:
                self.written += 1
                path = self.photos / f"{self.written}.jpg"
                Image.effect_noise((1200, 900), 60 + self.written).convert("RGB").save(path, "JPEG")
                return str(path)
            case QuestionKind.NOTE:
                self.written += 1
                return f"{self.written}: {NOTE}"
            case QuestionKind.STEP:
                steps = self.draft().checklist.steps
                touched = [touchpoint.steps for touchpoint in self.draft().checklist.touchpoints]
                most = max(steps, key=lambda step: sum(not some or step.id in some for some in touched))
                return str(1 + steps.index(most))
            case _:
                return {
                    QuestionKind.BRIEFING: "y", QuestionKind.DAY: "2026-11-20", QuestionKind.EPISODE: "P-1",
                    QuestionKind.CONSENT: "2026-11-01 F-1", QuestionKind.EXPECTATION: "5",
                    QuestionKind.PERCEPTION: "6" if self.emotion > 0 else "2", QuestionKind.EMOTION: str(self.emotion),
                    QuestionKind.TIME: "14:05" if question.name == "started" else "15:40", QuestionKind.COMPLAINTS: "",
                }.get(question.kind, "1")  # fmt: skip

    def answer(self, item: Item) -> str:
        value = self.answers.get(item.id)
        if value is None:
            return "/skip no it could not be seen"
        if isinstance(item.answer, YesNo):
            return "y" if value else "n"
        return (" ".join(value) or "-") if isinstance(value, list) else str(value)
