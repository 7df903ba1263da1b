"""When a question arises, in words short enough for a form."""

from __future__ import annotations

from cemaudit.language import message
from cemaudit.model import Checklist
from cemaudit.model.answers import Choice, Choices
from cemaudit.model.expression import Answered, Comparison, Constant, Logic, Name, Node

__all__ = ["condition"]

_MARKS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "in": "="}


def condition(node: Node, checklist: Checklist) -> str:
    """The condition with options by their labels: ``H17 = Yes``, ``GS08 = told / wrong``."""
    match node:
        case Logic(word="not", parts=(inner,)):
            return str(message("not ({condition})", condition=condition(inner, checklist)))
        case Logic(word=word, parts=parts):
            joint = message("and") if word == "and" else message("or")
            return f" {joint} ".join(_inside(part, checklist) for part in parts)
        case Comparison(mark=mark, left=left, right=right):
            return f"{_side(left, right, checklist)} {_MARKS.get(mark, mark)} {_side(right, left, checklist)}"
        case Answered(name=name):
            return str(message("{item} answered", item=name))
        case _:
            return _side(node, node, checklist)


def _inside(node: Node, checklist: Checklist) -> str:
    words = condition(node, checklist)
    return f"({words})" if isinstance(node, Logic) and node.word != "not" else words


def _side(node: Node, other: Node, checklist: Checklist) -> str:
    if isinstance(node, Name):
        return str(message("visit")) if node.name == "step" else node.name
    if not isinstance(node, Constant):
        return condition(node, checklist)
    values = node.constant if isinstance(node.constant, tuple) else (node.constant,)
    about = other.name if isinstance(other, Name) else ""
    return " / ".join(_value(value, about, checklist) for value in values)


def _value(value: object, about: str, checklist: Checklist) -> str:
    if isinstance(value, bool):
        return str(message("Yes") if value else message("No"))
    known = _labels(about, checklist)
    return known.get(str(value), str(value))


def _labels(about: str, checklist: Checklist) -> dict[str, str]:
    """The words for the values of an item, or of the visit's step, by value."""
    if about == "step":
        return {step.id: str(step.title) for step in checklist.steps}
    answer = checklist.items[about].answer if about in checklist.items else None
    return {option.id: str(option.label) for option in answer.options} if isinstance(answer, Choice | Choices) else {}
