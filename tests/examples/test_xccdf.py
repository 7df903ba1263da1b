"""Public XCCDF results: the published scores of all four models, recomputed by the command line alone."""

from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

NOTHING_TO_SCORE = {
    "parser__xccdf12.xml",
    "unittests__test_remediate_simple.xccdf.xml",
    "arf_cpe_check_os_platform.xml",
}
HAND_EDITED = {f"{kind}__results-xccdf{version}.xml" for kind in ("fix", "report") for version in ("11", "12")}
WITHOUT_RESULTS = "unittests__test_xccdf_role_unscored.xccdf.xml"


class Result(NamedTuple):
    """One result: its file, the scores printed in it with their maxima, and what the command line makes of it."""

    file: str
    published: dict[str, float]
    recomputed: dict[str, float | None]


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def published(file: Path) -> list[dict[str, float]]:
    """The scores of every result in a file, by model; the maximum of a flat model under its own name."""
    found = []
    for result in ET.parse(file).iter():
        if local(result) == "TestResult":
            scores = [child for child in result if local(child) == "score"]
            by_model = {score.get("system", "").rpartition(":")[2]: score for score in scores}
            values = {model: float(score.text or "") for model, score in by_model.items()}
            most = {
                f"{model}-maximum": float(score.get("maximum", ""))
                for model, score in by_model.items()
                if "flat" in model
            }
            found.append(values | most)
    return found


@pytest.fixture(scope="module")
def results(shared_data, commands, tmp_path_factory) -> list[Result]:
    found = []
    for file in sorted((shared_data / "xccdf").glob("*/*.xml")):
        if file.name == WITHOUT_RESULTS:
            continue
        visits = tmp_path_factory.mktemp("xccdf") / "visits.jsonl"
        commands.call("import", file, "--out", visits)
        scored = commands.score(visits, visits.with_suffix(".checklist.toml"), visits.with_suffix(".scheme.toml"))
        for scores, score in zip(published(file), scored.scores.values(), strict=True):
            recomputed = {name: measure["value"] for name, measure in score["measures"].items()}
            found.append(Result(file.name, scores, recomputed))
    return found


def test_every_file_with_results_comes_in(results):
    assert len({result.file for result in results}) == 35
    assert len(results) == 39


def test_published_scores_come_out(results):
    compared = 0
    for result in results:
        if result.file not in HAND_EDITED and result.recomputed["default"] is not None:
            compared += len(result.published)
            for model, value in result.published.items():
                assert result.recomputed[model] == pytest.approx(value, abs=2e-6), (result.file, model)
    assert compared == 47


def test_all_four_models_come_out(results):
    whole = [result for result in results if len(result.published) == 6]
    assert [result.file for result in whole] == ["unittests__test_fix_resultid_by_suffix.xml"] * 3
    for result in whole:
        assert {model: result.recomputed[model] for model in result.published} == result.published


def test_a_tree_is_no_flat_mean(results):
    tree = next(result.recomputed for result in results if result.file == "unittests__test_xccdf_overrides.arf.xml")
    assert tree["default"] == pytest.approx(34.722222, abs=1e-6)
    assert (tree["flat"], tree["flat-maximum"]) == (11, 23)


def test_nothing_to_score_is_no_zero(results):
    unscored = [result for result in results if result.recomputed["default"] is None]
    assert {result.file for result in unscored} == NOTHING_TO_SCORE
    assert all(result.published == {"default": 0} for result in unscored)


def test_a_number_edited_by_hand_is_told_from_the_right_one(results):
    """One rule passed and one failed: the files say 0."""
    edited = [result for result in results if result.file in HAND_EDITED]
    assert len(edited) == 4
    assert all((result.published["default"], result.recomputed["default"]) == (0, 50) for result in edited)
