"""What the type column of a form says: ``select_one yes_no or_other``, ``begin group``, ``integer``."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import NamedTuple

from cemaudit.exchange.questionnaires.columns import key_of

__all__ = ["SurveyRowKind", "SurveyRowType", "read_type"]


class SurveyRowKind(Enum):
    """What a row of a form is."""

    TEXT = auto()
    WHOLE = auto()
    DECIMAL = auto()
    RANGE = auto()
    DATE = auto()
    TIME = auto()
    MOMENT = auto()
    ONE = auto()
    SEVERAL = auto()
    FILED = auto()
    """Chosen from a list kept outside the sheet of choices."""
    FILE = auto()
    """A photo, a recording or a document."""
    NOTE = auto()
    CALCULATION = auto()
    DEVICE = auto()
    BEGIN = auto()
    END = auto()
    UNKNOWN = auto()


class SurveyRowType(NamedTuple):
    """A row's kind; ``of`` is its list, or what begins or ends (``group``, ``repeat``, ``loop``)."""

    kind: SurveyRowKind
    of: str = ""
    or_other: bool = False


_CHOOSING = {
    SurveyRowKind.FILED: (
        "select_one_from_file", "select_multiple_from_file", "select_one_external", "select_multiple_external",
    ),
    SurveyRowKind.ONE: ("add_select_one_prompt_using", "select_one_using", "select_one_from", "select_one", "select1"),
    SurveyRowKind.SEVERAL: (
        "add_select_multiple_prompt_using", "select_all_that_apply_from", "select_all_that_apply",
        "select_multiple_using", "select_multiple_from", "select_multiple", "select_all_from", "select_all",
    ),
}  # fmt: skip
_PLAIN = {
    SurveyRowKind.TEXT: ("text", "string", "phone_number", "tel", "url"),
    SurveyRowKind.WHOLE: ("integer", "int"),
    SurveyRowKind.DECIMAL: ("decimal", "percentage"),
    SurveyRowKind.RANGE: ("range",),
    SurveyRowKind.DATE: ("date",),
    SurveyRowKind.TIME: ("time",),
    SurveyRowKind.MOMENT: ("datetime", "date_time"),
    SurveyRowKind.FILE: ("image", "photo", "picture", "audio", "file"),
    SurveyRowKind.NOTE: ("note",),
    SurveyRowKind.CALCULATION: ("calculate", "calculate_here", "hidden"),
    SurveyRowKind.DEVICE: (
        "start", "start_time", "end", "end_time", "today", "deviceid", "device_id", "imei", "phonenumber",
        "subscriberid", "subscriber_id", "simserial", "sim_id", "username", "email", "uri:deviceid", "uri:email",
        "uri:phonenumber", "uri:simserial", "uri:subscriberid", "uri:username", "caseid", "comments", "audit",
        "text_audit", "audio_audit", "start_geopoint", "background_audio", "background_geopoint",
        "get_phone_number",
    ),
}  # fmt: skip
_FRAME = re.compile(r"(?:add|get|q)_(.+?)(?:_prompt)?")
_KINDS = {name: kind for kind, names in _PLAIN.items() for name in names}
_CHOICES = {name: kind for kind, names in _CHOOSING.items() for name in names}
_OTHER = ("or_other", "or_specify_other", "other")
_MOST_WORDS = max(name.count("_") + 1 for name in _CHOICES)


def read_type(written: str) -> SurveyRowType:
    """What ``written`` says, in any of the dialects; the names of lists keep their case."""
    words = written.split()
    key = key_of(" ".join(words))
    framed = _FRAME.fullmatch(key)
    kind = _KINDS.get(key) or (_KINDS.get(framed[1]) if framed else None)
    if kind:
        return SurveyRowType(kind)
    for edge, start in ((SurveyRowKind.BEGIN, "begin_"), (SurveyRowKind.END, "end_")):
        if key.startswith(start):
            return SurveyRowType(edge, key.removeprefix(start).partition("_")[0])
    return _choosing(words) or SurveyRowType(SurveyRowKind.UNKNOWN)


def _choosing(words: list[str]) -> SurveyRowType | None:
    """``select one from yes_no or specify other`` and the like."""
    for length in range(min(len(words), _MOST_WORDS), 0, -1):
        kind = _CHOICES.get(key_of(" ".join(words[:length])))
        if kind:
            name, rest = words[length : length + 1], words[length + 1 :]
            return SurveyRowType(kind, name[0] if name else "", key_of(" ".join(rest)) in _OTHER)
    return None
