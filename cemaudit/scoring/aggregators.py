"""The built-in aggregators: what a measure's ``how`` can name without any plugin, with all that is known of each.

The functions here define the numbers. Whatever else asks about an aggregator reads its record below, and keeps no list
of names: the kernel its column form, the what-if search its bound, explanations its working, case-mix adjustment what
a mean is taken over, report pages its title and the scale of its results.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from cemaudit.model import Text
from cemaudit.model.aggregator import Aggregator, Member, Number
from cemaudit.scoring.rounding import number_words

if TYPE_CHECKING:
    from cemaudit.scoring.kernel.column_forms import ColumnForm
    from cemaudit.scoring.whatif.score_bounds import BoundRule

__all__ = ["BUILT_IN", "EXPERIENCE", "SMOOTH_EXPERIENCE", "BuiltInAggregator", "experience", "smooth_experience"]

Members = Sequence[Member]
Options = Mapping[str, Fraction]
ONE = Fraction(1)


@dataclass(frozen=True, kw_only=True)
class BuiltInAggregator(Aggregator):
    """An aggregator of the core, with the faces that a plugin's cannot have.

    ``columns_by`` names its function in ``kernel.column_forms``; ``bounded_by`` its rule in ``whatif.bound_rules``,
    ``None`` where what-if searches without a bound. ``mean_over`` says what the sum of a mean is divided by: the number
    of its members, their weights, or the points possible; ``None`` for whatever is no mean. Of the results,
    ``keeps_scale`` says that they lie on the scale of the members, ``is_signed`` that they may be negative where no
    member is, and ``fixed_range`` between which numbers they always lie. ``lacks`` gives the reason for each face that
    is missing.
    """

    columns_by: str
    bounded_by: str | None = None
    mean_over: Literal["members", "weights", "possible"] | None = None
    keeps_scale: bool = False
    is_signed: bool = False
    fixed_range: tuple[int, int] | None = None
    lacks: Mapping[str, str] = field(default_factory=dict, hash=False, compare=False)

    # The two faces below are named in the record, and imported where they are asked for: scoring one visit must load
    # neither numpy nor the what-if search.

    @property
    def column_form(self) -> ColumnForm:
        """The same rule over a block of visits."""
        from cemaudit.scoring.kernel import column_forms  # noqa: PLC0415

        form: ColumnForm = getattr(column_forms, self.columns_by)
        return form

    @property
    def bound_rule(self) -> BoundRule | None:
        """How far changes of the members can move the result; ``None`` where no bound is known."""
        if self.bounded_by is None:
            return None
        from cemaudit.scoring.whatif import bound_rules  # noqa: PLC0415

        rule: BoundRule = getattr(bound_rules, self.bounded_by)
        return rule


def total(members: Members, _: Options) -> Fraction:
    """Return Σ w·x."""
    return Fraction(_earned(members))


def points_ratio(members: Members, _: Options) -> Fraction | None:
    """Return Σ w·points / Σ w·possible; ``None`` where no points are possible."""
    possible = sum([member.out_of for member in members])
    return Fraction(_earned(members), possible) if possible > 0 else None


def mean(members: Members, _: Options) -> Fraction:
    """Return Σ x / n, whatever the weights."""
    return Fraction(sum(_values(members)), len(members))


def weighted_mean(members: Members, _: Options) -> Fraction | None:
    """Return Σ w·x / Σ w; ``None`` where the weights sum to 0."""
    weight = sum((member.weight for member in members), Fraction(0))
    return _earned(members) / weight if weight else None


def smallest(members: Members, _: Options) -> Fraction:
    """Return the smallest x."""
    return Fraction(min(_values(members)))


def largest(members: Members, _: Options) -> Fraction:
    """Return the largest x."""
    return Fraction(max(_values(members)))


def product(members: Members, _: Options) -> Fraction:
    """Return Π x."""
    return Fraction(math.prod(_values(members)))


def geometric_mean(members: Members, options: Options) -> Fraction | None:
    """Return (Π x)^(1/n) to 40 digits; ``None`` where an x is negative."""
    if min(_values(members)) < 0:
        return None
    radicand = product(members, options)
    # The root of a fraction is seldom one. Twenty spare digits keep the fortieth right.
    with localcontext(prec=60) as context:
        root = (Decimal(radicand.numerator) / Decimal(radicand.denominator)) ** (1 / Decimal(len(members)))
        context.prec = 40
        return Fraction(+root)


def difference(members: Members, _: Options) -> Fraction:
    """Return a - b."""
    first, second = _values(members)
    return Fraction(first - second)


def quotient(members: Members, _: Options) -> Fraction | None:
    """Return a / b; ``None`` where b is 0."""
    first, second = _values(members)
    return Fraction(first, second) if second else None


def first_scored(members: Members, _: Options) -> Fraction:
    """Return the first x that is scored."""
    return Fraction(_values(members)[0])


def share_reaching(members: Members, options: Options) -> Fraction:
    """Return the share of members with x ≥ ``from``."""
    return Fraction(_reaching(members, options), len(members))


def count_reaching(members: Members, options: Options) -> Fraction:
    """Return how many members have x ≥ ``from``; without that option, how many are scored."""
    return Fraction(_reaching(members, options) if "from" in options else len(members))


def deduction(members: Members, options: Options) -> Fraction:
    """Return ``base`` - Σ w·x."""
    return options.get("base", Fraction(100)) - _earned(members)


def experience(performance: Fraction, emotion: Fraction) -> Fraction:
    """The experience S of a performance P in [0, 1] and an emotion E in [-1, 1]: P·E, or E·(1 - P/2) where E < 0.

    Negative emotion makes the experience negative however good the performance; zero emotion absorbs; S rises with
    P and with E. (The plain product would score better work worse when the emotion is negative.)
    """
    return performance * emotion if emotion >= 0 else emotion * (1 - performance / 2)


def scaled_experience(members: Members, options: Options) -> Fraction:
    """Return the experience of a performance and an emotion that both run on ``scale``."""
    performance, emotion = map(Fraction, _values(members))
    scale = options.get("scale", ONE)
    return scale * experience(performance / scale, emotion / scale)


def smooth_experience(performance: Fraction, emotion: Fraction) -> Fraction:
    """The experience of a P in [0, 1] and an E in [-1, 1] where no feeling is what a smooth moment feels like.

    P - (1 - E)/2 where E ≥ 0: without a feeling P - 1/2, and with delight P. Where E < 0 the lower of ``experience``
    and P - 1/2, so that it rises with P and with E here, too.
    """
    half = Fraction(1, 2)
    if emotion >= 0:
        return performance - (1 - emotion) * half
    return min(experience(performance, emotion), performance - half)


def scaled_smooth_experience(members: Members, options: Options) -> Fraction:
    """Return the smooth experience of a performance and an emotion that both run on ``scale``."""
    performance, emotion = map(Fraction, _values(members))
    scale = options.get("scale", ONE)
    return scale * smooth_experience(performance / scale, emotion / scale)


def net_promoter_score(members: Members, _: Options) -> Fraction:
    """Return the percentage of answers from 9 up less that of answers up to 6."""
    answers = _values(members)
    return Fraction(100 * (sum(a >= 9 for a in answers) - sum(a <= 6 for a in answers)), len(answers))


def _values(members: Members) -> list[Number]:
    return [member.number for member in members]


def _earned(members: Members) -> Number:
    return sum([member.earned for member in members])


def _reaching(members: Members, options: Options) -> int:
    least = options.get("from", ONE)
    return sum(value >= least for value in _values(members))


# The workings: formulas with their numbers put in.


def sum_by_number(_: Fraction, members: Members) -> str:
    """Write Σ x / n."""
    return f"{number_words(Fraction(sum(_values(members))))} / {len(members)}"


def sum_by_weight(_: Fraction, members: Members) -> str:
    """Write Σ w·x / Σ w."""
    weight = sum((member.weight for member in members), Fraction(0))
    return f"{number_words(Fraction(_earned(members)))} / {number_words(weight)}"


def earned_by_possible(_: Fraction, members: Members) -> str:
    """Write Σ w·points / Σ w·possible."""
    possible = Fraction(sum(member.out_of for member in members))
    return f"{number_words(Fraction(_earned(members)))} / {number_words(possible)}"


def base_less_deductions(result: Fraction, members: Members) -> str:
    """Write ``base`` - Σ w·x."""
    deducted = Fraction(_earned(members))
    return f"{number_words(result + deducted)} - {number_words(deducted)}"


def _two_values(sign: str) -> Callable[[Fraction, Members], str]:
    return lambda _, members: f" {sign} ".join(number_words(Fraction(value)) for value in _values(members))


_AS_MANY_TERMS = "it would be as long as the list of its members, which stands below it with their weights"
_ONE_MEMBER = "it is the value of one member, which stands below it"
_OTHERS_DECIDE = "what one member brings depends on the values of all others"

EXPERIENCE = BuiltInAggregator(
    "experience",
    scaled_experience,
    arity=2,
    options=("scale",),
    formula="P·E; E·(1 - P/2) where E < 0",
    title=Text(ko="P·E, 감정이 음수면 E·(1 − P/2)", en="P·E, or E·(1 − P/2) where the emotion is negative"),
    columns_by="scaled_experience",
    bounded_by="scaled_experience",
    is_signed=True,
    lacks={"working": "P and E stand below it, and the formula has a case for each sign of E"},
)

SMOOTH_EXPERIENCE = BuiltInAggregator(
    "smooth-experience",
    scaled_smooth_experience,
    arity=2,
    options=("scale",),
    formula="P - (1 - E)/2; min(E·(1 - P/2), P - 1/2) where E < 0",
    title=Text(
        ko="P − (1 − E)/2, 감정이 음수면 E·(1 − P/2)와 P − 1/2 가운데 작은 값",
        en="P − (1 − E)/2, or the lower of E·(1 − P/2) and P − 1/2 where the emotion is negative",
    ),
    columns_by="scaled_smooth_experience",
    bounded_by="scaled_smooth_experience",
    is_signed=True,
    lacks={"working": "P and E stand below it, and the formula has a case for each sign of E"},
)

BUILT_IN: dict[str, BuiltInAggregator] = {
    aggregator.name: aggregator
    for aggregator in (
        BuiltInAggregator(
            "sum",
            total,
            formula="Σ w·x",
            title=Text(ko="합계", en="sum"),
            columns_by="total",
            bounded_by="total",
            lacks={"working": _AS_MANY_TERMS},
        ),
        BuiltInAggregator(
            "ratio",
            points_ratio,
            formula="Σ w·points / Σ w·possible",
            title=Text(ko="얻은 점수 ÷ 만점", en="points earned ÷ points possible"),
            working=earned_by_possible,
            columns_by="points_ratio",
            bounded_by="points_ratio",
            mean_over="possible",
        ),
        BuiltInAggregator(
            "mean",
            mean,
            formula="Σ x / n",
            title=Text(ko="평균", en="mean"),
            working=sum_by_number,
            columns_by="mean",
            bounded_by="mean",
            mean_over="members",
            keeps_scale=True,
        ),
        BuiltInAggregator(
            "weighted-mean",
            weighted_mean,
            formula="Σ w·x / Σ w",
            title=Text(ko="가중 평균", en="weighted mean"),
            working=sum_by_weight,
            columns_by="weighted_mean",
            bounded_by="weighted_mean",
            mean_over="weights",
            keeps_scale=True,
        ),
        BuiltInAggregator(
            "min",
            smallest,
            formula="min x",
            title=Text(ko="가장 작은 값", en="lowest"),
            columns_by="smallest",
            bounded_by="smallest",
            keeps_scale=True,
            lacks={"working": _ONE_MEMBER},
        ),
        BuiltInAggregator(
            "max",
            largest,
            formula="max x",
            title=Text(ko="가장 큰 값", en="highest"),
            columns_by="largest",
            bounded_by="largest",
            keeps_scale=True,
            lacks={"working": _ONE_MEMBER},
        ),
        BuiltInAggregator(
            "product",
            product,
            formula="Π x",
            title=Text(ko="곱", en="product"),
            columns_by="product",
            lacks={"bound": _OTHERS_DECIDE, "working": _AS_MANY_TERMS},
        ),
        BuiltInAggregator(
            "geometric-mean",
            geometric_mean,
            formula="(Π x)^(1/n)",
            title=Text(ko="기하 평균", en="geometric mean"),
            columns_by="geometric_mean",
            keeps_scale=True,
            lacks={"bound": _OTHERS_DECIDE, "working": _AS_MANY_TERMS},
        ),
        BuiltInAggregator(
            "difference",
            difference,
            arity=2,
            formula="a - b",
            title=Text(ko="앞의 값에서 뒤의 값을 뺀 차이", en="the first minus the second"),
            working=_two_values("-"),
            columns_by="difference",
            bounded_by="difference",
            keeps_scale=True,
            is_signed=True,
        ),
        BuiltInAggregator(
            "quotient",
            quotient,
            arity=2,
            formula="a / b",
            title=Text(ko="앞의 값 ÷ 뒤의 값", en="the first ÷ the second"),
            working=_two_values("/"),
            columns_by="quotient",
            lacks={"bound": "it has none where the second may come near 0"},
        ),
        BuiltInAggregator(
            "first",
            first_scored,
            formula="the first x that is scored",
            title=Text(ko="점수가 있는 첫 번째 값", en="the first that has a score"),
            columns_by="first_scored",
            lacks={"bound": "a member that gets a score takes the place of all after it", "working": _ONE_MEMBER},
        ),
        BuiltInAggregator(
            "share",
            share_reaching,
            options=("from",),
            formula="|{x ≥ from}| / n",
            title=Text(ko="기준 이상인 비율", en="share at or above a mark"),
            columns_by="share_reaching",
            bounded_by="share_reaching",
            lacks={"working": _AS_MANY_TERMS},
        ),
        BuiltInAggregator(
            "count",
            count_reaching,
            options=("from",),
            empty="zero",
            formula="|{x ≥ from}|",
            title=Text(ko="개수", en="number"),
            columns_by="count_reaching",
            bounded_by="count_reaching",
            lacks={"working": _AS_MANY_TERMS},
        ),
        BuiltInAggregator(
            "deduct",
            deduction,
            options=("base",),
            formula="base - Σ w·x",
            title=Text(ko="기준 점수에서 차감", en="deductions from a base"),
            working=base_less_deductions,
            columns_by="deduction",
            bounded_by="deduction",
        ),
        EXPERIENCE,
        SMOOTH_EXPERIENCE,
        BuiltInAggregator(
            "nps",
            net_promoter_score,
            formula="100·(|{x ≥ 9}| - |{x ≤ 6}|) / n",
            title=Text(ko="추천 비율 − 비추천 비율", en="share of promoters − share of detractors"),
            columns_by="net_promoter_score",
            bounded_by="net_promoter_score",
            fixed_range=(-100, 100),
            lacks={"working": _AS_MANY_TERMS},
        ),
    )
}
"""Every aggregator of the core by its name, in the order in which ``docs/scoring.md`` lists them."""
