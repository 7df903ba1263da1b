"""The wording of each question, one for every door: the terminal, phones, spreadsheets and paper.

A question asked in other words is another instrument, so whoever asks takes its text from here and adds only what the
door needs: which keys to press, where an empty line leads, which touchpoint it is about.
"""

from __future__ import annotations

from cemaudit.language import N_, translate
from cemaudit.model import Checklist, Text, Touchpoint

__all__ = ["expectation_text", "placed_text", "question_text"]

_COMPANY = N_("the company")

_QUESTIONS = {
    "scenario": N_("Which scenario do you play?"),
    "persona": N_("As whom do you make the visit?"),
    "occasion": N_("On what occasion?"),
    "episode": N_("Code of the treatment or order"),
    "step": N_("Which visit of the episode is it?"),
    "step_number": N_("How many visits so far, this one included"),
    "day": N_("On which day was the visit?"),
    "arrival": N_("When did you arrive?"),
    "departure": N_("When did you leave?"),
    "expectation": N_("What had you expected beforehand?"),
    "expectation_before": N_("Before the visit: what do you expect here?"),
    "perception": N_("What did you meet, beside what you expected?"),
    "emotion": N_("How did it feel?"),
    "claim": N_("Claim: what did you tell {company} that it should repair?"),
    "claim-state": N_("What became of the claim before you left?"),
    "blame": N_("Blame: what do you hold against {company}?"),
}
"""The questions by what they ask for; ``{company}`` is whom a claim is told in the checklist's sector."""


def question_text(name: str, checklist: Checklist | None = None) -> Text:
    """Return the question for ``name`` (a key such as ``emotion``, ``claim``, ``arrival``) in both languages.

    It is in the words of the checklist; without one, in those of every sector.
    """
    return Text.said(lambda: _in_the_words_of(checklist, translate(_QUESTIONS[name])))


def expectation_text(touchpoint: Touchpoint, checklist: Checklist | None = None) -> Text:
    """Return the question what was expected; where it is compared with what was met, it is asked before the visit."""
    return question_text("expectation_before" if touchpoint.perceived else "expectation", checklist)


def placed_text(touchpoint: Touchpoint, question: Text) -> Text:
    """Return the question with the touchpoint before it, for doors that ask of several on one page."""
    return Text.said(lambda: f"{touchpoint.title} · {question}")


def _in_the_words_of(_checklist: Checklist | None, question: str) -> str:
    """The question with its places filled; every checklist has the same words so far."""
    return question.replace("{company}", translate(_COMPANY))
