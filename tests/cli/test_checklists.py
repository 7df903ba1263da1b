from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers import samples

from cemaudit.cli.app import run
from cemaudit.exchange.toml import toml_of

LENS = """lens = "acass"
[journeys.cem-programme]
awareness = ["analyse"]
consideration = ["platform", "brand"]
acquisition = ["interface"]
outside = ["innovate"]
"""


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert run(["checklists", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_coverage_of_an_order(capsys: pytest.CaptureFixture[str]) -> None:
    record = told(capsys, "ecommerce.order@1.0.0", "--coverage")
    assert sum(cell["items"] for cell in record["cells"]) == record["items"]
    assert {"channel": "face-to-face", "stage": "delivery"} not in record["empty"]
    assert (len(record["empty"]), len(record["cells"]), record["lens"]) == (13, 3 * 8 * 4, None)


def test_holes_of_an_order_through_acass(capsys: pytest.CaptureFixture[str]) -> None:
    record = told(capsys, "ecommerce.order@1.0.0", "--coverage", "--lens", "acass")
    holes = {stage["id"] for stage in record["stages"]} - {cell["stage"] for cell in record["cells"] if cell["items"]}
    assert (record["lens"], holes) == ("acass", {"awareness", "network"})
    assert run(["--lang", "ko", "checklists", "ecommerce.order@1.0.0", "--coverage", "--lens", "acass"]) == 0
    lines = {line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.strip()}
    assert {*lines["네트워크"], *lines["인지"]} == {"-"}
    assert lines["항목이"][-3:] == ["15칸", "중", "9칸"]


def test_stages_and_touchpoints_through_a_lens(capsys: pytest.CaptureFixture[str]) -> None:
    record = told(capsys, "retail.green-smile@1.0.0", "--lens", "aida")
    assert [stage["stages"] for stage in record["stages"]] == [
        ["approach"], ["enter", "browse"], ["consult", "try-on"], ["pay", "leave"],
    ]  # fmt: skip
    assert record["outside"] == ["after"]
    assert run(["--lang", "en", "checklists", "retail.green-smile@1.0.0", "--lens", "aida"]) == 0
    assert "Outside the lens: After the visit" in capsys.readouterr().out


def test_a_lens_by_hand(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    asked = ["--lang", "en", "checklists", "programme.cem-five-steps@1.0.0", "--coverage", "--lens", "acass"]
    assert run(asked) == 3
    assert "lens acass says nothing of journey cem-programme" in capsys.readouterr().err
    path = tmp_path / "lens.toml"
    path.write_text(LENS)
    assert run([*asked, "--checklist", str(path)]) == 0
    assert "Items outside the lens: " in capsys.readouterr().out
    path.write_text(LENS.replace('"interface"', '"interface", "brand"'))
    assert run([*asked, "--checklist", str(path)]) == 3
    assert "stage brand is mapped twice: consideration, acquisition" in capsys.readouterr().err


def test_a_map_needs_a_checklist(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "en", "checklists", "--coverage"]) == 2
    assert "name a checklist" in capsys.readouterr().err


def test_one_checklist_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert [record["id"] for record in told(capsys, "retail.green-smile@1.0.0")] == ["retail.green-smile"]


def test_versions_are_in_order_as_versions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = []
    for version in ("1.10.0", "1.2.0", "1.9"):
        path = tmp_path / f"shop-{version}.toml"
        shop = samples.checklist(samples.touchpoint("t", samples.item("A")), version=version, scheme="nps@1")
        path.write_text(toml_of(shop), encoding="utf-8")
        files += ["--checklist", str(path)]
    assert run(["checklists", *files]) == 0
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("test.")]
    assert [ref.partition("@")[2] for ref in listed] == ["1.2.0", "1.9", "1.10.0"]
