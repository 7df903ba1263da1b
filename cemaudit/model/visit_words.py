"""What a visit is called in its sector: arriving and leaving, the company, the customer, what the shopper signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from pydantic import model_validator

from cemaudit.errors import Expected
from cemaudit.model.base import Record
from cemaudit.model.text import Text

__all__ = ["COMPANY", "CUSTOMER", "VISIT", "VisitWords", "WordsInForce"]

COMPANY = Text(ko="회사", en="the company")
CUSTOMER = Text(ko="고객", en="customer")
VISIT = Text(ko="방문", en="the visit")


class VisitWords(Record):
    """The words of a checklist, of one of its steps or of a scenario, each of them optional."""

    visit: Text | None = None
    """What a visit is called, in English with its article, as ``the order``."""
    arrival: Text | None = None
    """The question when it began."""
    departure: Text | None = None
    """The question when it ended."""
    company: Text | None = None
    """Whom a claim is told and a blame held against, in English with its article, as ``the clinic``."""
    customer: Text | None = None
    """Who is served, in English without an article, as ``patient``."""
    statement: Text | None = None
    """What the shopper signs."""

    @model_validator(mode="after")
    def _both_ends(self) -> Self:
        if (self.arrival is None) != (self.departure is None):
            raise Expected("arrival and departure together, or neither")
        return self


@dataclass(frozen=True)
class WordsInForce:
    """The words of a visit; what nobody gave stays ``None`` and is said as for every sector."""

    visit: Text
    arrival: Text | None
    departure: Text | None
    company: Text
    customer: Text
    statement: Text | None

    @classmethod
    def of(cls, *nearest_first: VisitWords | None) -> WordsInForce:
        """Return the first of each word that is given."""
        given = [words for words in nearest_first if words is not None]

        def first(name: str) -> Text | None:
            return next((word for words in given if (word := getattr(words, name)) is not None), None)

        return cls(
            visit=first("visit") or VISIT,
            arrival=first("arrival"),
            departure=first("departure"),
            company=first("company") or COMPANY,
            customer=first("customer") or CUSTOMER,
            statement=first("statement"),
        )

    def put_in(self, text: Text) -> Text:
        """Return ``text`` with its places filled: ``{company}``, ``{customer}``.

        A place of a Korean text names the particle after a consonant (``{customer:은}``), and the one that fits is
        written; ``{customer:s}`` is the English plural, ``{customer:A}`` and ``{customer:S}`` begin with a capital.
        """
        return Text.said(lambda: str(text).format(**self.nouns()))

    def nouns(self) -> dict[str, str]:
        """Return the values of the places of such a text, in the language in force."""
        return {"company": _Noun(self.company), "customer": _Noun(self.customer)}


_PARTICLES = {"은": "는", "이": "가", "을": "를", "과": "와"}
_FIRST_SYLLABLE, _LAST_SYLLABLE, _FINALS = ord("가"), ord("힣"), 28


class _Noun(str):
    """A noun that a format spec gives its particle, or makes a plural."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        if spec in _PARTICLES:
            return self + (spec if _ends_in_consonant(self) else _PARTICLES[spec])
        word = self if spec not in {"A", "S"} else self[:1].upper() + self[1:]
        return f"{word}s" if spec in {"s", "S"} else str(word)


def _ends_in_consonant(word: str) -> bool:
    last = ord(word[-1]) if word else 0
    return _FIRST_SYLLABLE <= last <= _LAST_SYLLABLE and (last - _FIRST_SYLLABLE) % _FINALS > 0
