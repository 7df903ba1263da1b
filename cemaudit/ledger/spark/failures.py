"""What goes wrong on a cluster, in one line for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem
from cemaudit.language import message

__all__ = ["failures_told", "telling_line"]

_NO_DATA = {"PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA"}
_LACKING = re.compile(r"(?:No module named|Cannot run program) ['\"]([^'\"]+)")
_SAID = re.compile(r"\b(\w+(?:Error|Exception)|BadInput): (?=(.*\S))")
_WRAPPERS = {"PythonException", "SparkException"}


@contextmanager
def failures_told(place: str) -> Iterator[None]:
    """Spark's errors as ours: ``BadInput`` where there are no data, else ``BadEnvironment``, both at ``place``."""
    from py4j.protocol import Py4JError  # noqa: PLC0415 an extra
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except PySparkException as error:
        if error.getCondition() in _NO_DATA:
            raise BadInput(Problem(message("no Parquet files are there"), place)) from error
        raise _told(str(error), place) from error
    except Py4JError as error:
        raise _told(str(error), place) from error


def _told(said: str, place: str) -> CemauditError:
    lacking = _LACKING.search(said)
    if lacking:
        hint = message("workers need the libraries of 'cemaudit[spark]', and PYSPARK_PYTHON to name their Python")
        return BadEnvironment(Problem(message("the workers lack {name}", name=lacking[1]), place, hint))
    return BadEnvironment(Problem(message("Spark gave up: {why}", why=telling_line(said)), place))


def telling_line(said: str) -> str:
    """The line of Spark's many that says most: the first error that does not merely wrap another."""
    found = [f"{kind}: {words}" for kind, words in _SAID.findall(said) if kind not in _WRAPPERS]
    return found[0] if found else next((line for line in said.splitlines() if line.strip()), "?")
