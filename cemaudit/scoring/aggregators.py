"""The built-in aggregators: what a measure's ``how`` can name without any plugin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction

from cemaudit.model.aggregator import Aggregator, Member, Number

__all__ = ["BUILT_IN", "experience"]

Members = Sequence[Member]
Options = Mapping[str, Fraction]
ONE = Fraction(1)


def _values(members: Members) -> list[Number]:
    return [member.number for member in members]


def _total(members: Members) -> Number:
    return sum([member.earned for member in members])


def _sum(members: Members, options: Options) -> Fraction:  # noqa: ARG001 (all aggregators share one form)
    return Fraction(_total(members))


def _ratio(members: Members, options: Options) -> Fraction | None:  # noqa: ARG001
    possible = sum([member.out_of for member in members])
    return Fraction(_total(members), possible) if possible > 0 else None


def _mean(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    return Fraction(sum(_values(members)), len(members))


def _weighted_mean(members: Members, options: Options) -> Fraction | None:  # noqa: ARG001
    weight = sum((member.weight for member in members), Fraction(0))
    return _total(members) / weight if weight else None


def _min(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    return Fraction(min(_values(members)))


def _max(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    return Fraction(max(_values(members)))


def _product(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    return Fraction(math.prod(_values(members)))


def _geometric_mean(members: Members, options: Options) -> Fraction | None:
    if min(_values(members)) < 0:
        return None
    product = _product(members, options)
    with localcontext(prec=60) as context:
        root = (Decimal(product.numerator) / Decimal(product.denominator)) ** (1 / Decimal(len(members)))
        context.prec = 40
        return Fraction(+root)


def _difference(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    first, second = _values(members)
    return Fraction(first - second)


def _quotient(members: Members, options: Options) -> Fraction | None:  # noqa: ARG001
    first, second = _values(members)
    return Fraction(first, second) if second else None


def _first(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    return Fraction(_values(members)[0])


def _share(members: Members, options: Options) -> Fraction:
    return Fraction(_reaching(members, options), len(members))


def _count(members: Members, options: Options) -> Fraction:
    return Fraction(_reaching(members, options) if "from" in options else len(members))


def _reaching(members: Members, options: Options) -> int:
    least = options.get("from", ONE)
    return sum(value >= least for value in _values(members))


def _deduct(members: Members, options: Options) -> Fraction:
    return options.get("base", Fraction(100)) - _total(members)


def experience(performance: Fraction, emotion: Fraction) -> Fraction:
    """The experience S of a performance P in [0, 1] and an emotion E in [-1, 1]: P·E, or E·(1 - P/2) where E < 0.

    Negative emotion makes the experience negative however good the performance; zero emotion absorbs; S rises with
    P and with E. (The plain product would score better work worse when the emotion is negative.)
    """
    return performance * emotion if emotion >= 0 else emotion * (1 - performance / 2)


def _experience(members: Members, options: Options) -> Fraction:
    performance, emotion = map(Fraction, _values(members))
    scale = options.get("scale", ONE)
    return scale * experience(performance / scale, emotion / scale)


def _nps(members: Members, options: Options) -> Fraction:  # noqa: ARG001
    answers = _values(members)
    return Fraction(100 * (sum(a >= 9 for a in answers) - sum(a <= 6 for a in answers)), len(answers))


BUILT_IN: dict[str, Aggregator] = {
    aggregator.name: aggregator
    for aggregator in (
        Aggregator("sum", _sum, formula="Σ w·x"),
        Aggregator("ratio", _ratio, formula="Σ w·points / Σ w·possible"),
        Aggregator("mean", _mean, formula="Σ x / n"),
        Aggregator("weighted-mean", _weighted_mean, formula="Σ w·x / Σ w"),
        Aggregator("min", _min, formula="min x"),
        Aggregator("max", _max, formula="max x"),
        Aggregator("product", _product, formula="Π x"),
        Aggregator("geometric-mean", _geometric_mean, formula="(Π x)^(1/n)"),
        Aggregator("difference", _difference, arity=2, formula="a - b"),
        Aggregator("quotient", _quotient, arity=2, formula="a / b"),
        Aggregator("first", _first, formula="the first x that is scored"),
        Aggregator("share", _share, options=("from",), formula="|{x ≥ from}| / n"),
        Aggregator("count", _count, options=("from",), empty="zero", formula="|{x ≥ from}|"),
        Aggregator("deduct", _deduct, options=("base",), formula="base - Σ w·x"),
        Aggregator("experience", _experience, arity=2, options=("scale",), formula="P·E; E·(1 - P/2) where E < 0"),
        Aggregator("nps", _nps, formula="100·(|{x ≥ 9}| - |{x ≤ 6}|) / n"),
    )
}
