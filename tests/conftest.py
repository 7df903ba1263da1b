from __future__ import annotations

import gc
import hashlib
import importlib.util
import os
import pickle
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from cemaudit import library
from cemaudit.checklists import Source, load_file
from cemaudit.library import LibraryRecord
from cemaudit.model import Journey
from cemaudit.scoring import Engine

sys.path.insert(0, str(Path(__file__).parent))  # tests import from `helpers`
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for small matrices cost three times the work

_USUAL: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "max_examples": 50,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
# The examples are the same on any day and machine; `search` looks for new ones, which become examples of their tests.
settings.register_profile("usual", **_USUAL, derandomize=True)
settings.register_profile("search", **_USUAL)
settings.register_profile("quick", parent=settings.get_profile("usual"), max_examples=10)
settings.load_profile(os.environ.get("CEMAUDIT_TESTS", "usual"))


def pytest_collection() -> None:
    """Thousands of tests are kept, so there is little garbage among them to look for."""
    gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a server or Spark is slow, before anything is chosen by its marks."""
    for item in items:
        if "server" in getattr(item, "fixturenames", ()) or item.get_closest_marker("spark"):
            item.add_marker("slow")


SHIPPED = ("cemaudit_checklists", "cemaudit_ecommerce", "cemaudit_hospital", "cemaudit_retail")


@pytest.fixture(scope="session", autouse=True)
def shipped_files_are_read_once() -> Iterator[None]:
    """Every engine reads the same forty files, and what it reads is frozen; files that tests write are always read."""
    folders = tuple(str(Path(spec.origin).parent) for name in SHIPPED if (spec := importlib.util.find_spec(name)))
    read_once = cache(load_file)

    def load(source: Source, brought: Mapping[str, Journey]) -> LibraryRecord:
        return read_once(source) if str(source).startswith(folders) else load_file(source, brought)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "load_file", load)
        yield


@pytest.fixture(scope="session")
def fit_once() -> Callable[[Any], Any]:
    """``fit_best`` that remembers the fits of these very numbers; fits do not change once they are made."""
    from cemaudit.compare.mixed_model.posterior import fit_best

    fits: dict[bytes, Any] = {}

    def fit(sums: Any) -> Any:
        key = hashlib.sha256(pickle.dumps(sums)).digest()
        if key not in fits:
            fits[key] = fit_best(sums)
        return fits[key]

    return fit


@pytest.fixture
def shared_fits(fit_once: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that ask about the same visits share their fit; for tests of commands, never of fits."""
    for module in ("fitting", "intervention", "severity", "waves"):
        monkeypatch.setattr(f"cemaudit.compare.{module}.fit_best", fit_once)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """An engine with everything that is installed; tests do not change it."""
    return Engine()
