"""The wording of each question, one for every door: the terminal, phones, spreadsheets and paper.

A question asked in other words is another instrument, so whoever asks takes its text from here and adds only what the
door needs: which keys to press, where an empty line leads, which touchpoint it is about.
"""

from __future__ import annotations

from cemaudit.language import N_, message
from cemaudit.model import Text, Touchpoint
from cemaudit.model.visit_words import WordsInForce

__all__ = ["expectation_text", "placed_text", "question_text"]

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
    "first_day": N_("On which day did it begin?"),
    "last_day": N_("On which day did it end?"),
    "consent": N_("Consent of the {customer}: the day it was given, and the reference of the signed form"),
    "expectation": N_("What had you expected beforehand?"),
    "expectation_before": N_("Before {visit}: what do you expect here?"),
    "perception": N_("What did you meet, beside what you expected?"),
    "emotion": N_("How did it feel?"),
    "claim": N_("Claim: what did you tell {company} that it should repair?"),
    "claim-state": N_("What became of the claim before you left?"),
    "blame": N_("Blame: what do you hold against {company}?"),
}
"""The questions by what they ask for; what stands in braces are the words of the checklist's sector."""

_NOBODY_ARRIVES = {
    "day": N_("On which day was it?"),
    "claim-state": N_("What became of the claim by the end?"),
}
_OWN_WORDS = {"arrival": "arrival", "first_day": "arrival", "departure": "departure", "last_day": "departure"}
"""Questions that a checklist may ask in words of its own."""


def question_text(name: str, words: WordsInForce) -> Text:
    """Return the question for ``name`` (a key such as ``emotion``, ``claim``, ``arrival``) in both languages.

    ``words``: those of the visit's sector, of ``Checklist.words_at``.
    """
    own: Text | None = getattr(words, _OWN_WORDS[name]) if name in _OWN_WORDS else None
    if own is not None:
        return own
    # Where arriving is called otherwise, the day is not that of a "visit" either, and nobody leaves.
    question = _NOBODY_ARRIVES.get(name, _QUESTIONS[name]) if words.arrival is not None else _QUESTIONS[name]
    return Text.said(lambda: message(question, visit=words.visit, **words.nouns()))


def expectation_text(touchpoint: Touchpoint, words: WordsInForce) -> Text:
    """Return the question what was expected; where it is compared with what was met, it is asked before the visit."""
    return question_text("expectation_before" if touchpoint.perceived else "expectation", words)


def placed_text(touchpoint: Touchpoint, question: Text) -> Text:
    """Return the question with the touchpoint before it, for doors that ask of several on one page."""
    return Text.said(lambda: f"{touchpoint.title} · {question}")
