"""What commands print on the files of abcc385 is what they printed on that commit."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb
import openpyxl
import pypdfium2
import pytest
from helpers.golden_calls import EXITS, FIXED, WORDS
from helpers.program import OWN, call, root_command
from helpers.transcripts import agrees, differences, same, transcript

CHECKLISTS = (
    "retail.green-smile", "hospital.outpatient", "ecommerce.order", "programme.loyalty", "programme.cem-five-steps",
    "shop.counter",
)  # fmt: skip
# Unversioned, a form is of the newest version; what must stay is that of the first.
FIRST = {checklist: f"{checklist}@1.0.0" for checklist in CHECKLISTS if checklist != "shop.counter"}
RETAIL = "--where checklist=retail.green-smile --ledger ledger/hq.db"


@pytest.mark.parametrize("name", FIXED)
def test_what_programs_read_stays(name: str, files: Path) -> None:
    agrees(f"fixed/{name}.txt", transcript(files, FIXED[name], ["out"]))


@pytest.mark.parametrize("name", WORDS)
def test_what_people_read_is_known(name: str, files: Path) -> None:
    agrees(f"words/{name}.txt", transcript(files, WORDS[name]))


def test_exit_codes_stay(files: Path) -> None:
    text = transcript(files, EXITS)
    codes = [line for line in text.splitlines() if line.startswith(("$ ", "[exit code"))]
    agrees("fixed/exit-codes.txt", "\n".join(codes) + "\n")
    agrees("words/exit-codes.txt", text)


def test_options_stay() -> None:
    agrees("fixed/options.txt", "\n".join(_described("cemaudit", root_command(), None)) + "\n")


def _described(path: str, command: click.Command, above: click.Context | None) -> list[str]:
    """The command and those below it, each with its options and their types."""
    lines = [path]
    context = click.Context(command, above, **command.context_settings)
    for parameter in command.get_params(context):
        kind = "path" if isinstance(parameter.type, click.Path) else parameter.type.name  # click translates the former
        facts = [kind, f"nargs={parameter.nargs}", f"multiple={getattr(parameter, 'multiple', False)}"]
        facts += ["required"] if parameter.required else []
        facts += ["flag"] if getattr(parameter, "is_flag", False) else []
        if isinstance(parameter.type, click.IntRange | click.FloatRange):
            # What a number may be, not the class that reads it.
            facts[0] = repr(parameter.type).strip("<>").replace(type(parameter.type).__name__, parameter.type.name)
        if isinstance(parameter.type, click.Choice):
            facts[0] = "choice of " + ", ".join(map(str, parameter.type.choices))
        names = parameter.opts + parameter.secondary_opts if isinstance(parameter, click.Option) else ["(argument)"]
        lines.append(f"  {' '.join(sorted(names))}: {'; '.join(facts)}")
    if isinstance(command, click.Group):
        for name in sorted(command.list_commands(context)):
            below = command.get_command(context, name)
            assert below is not None
            lines += _described(f"{path} {name}", below, context)
    return lines


@pytest.mark.parametrize("ending", ["csv", "json", "xlsx", "parquet"])
@pytest.mark.parametrize("shape", ["wide", "tidy"])
def test_exports_stay(ending: str, shape: str, files: Path, tmp_path: Path) -> None:
    path = tmp_path / f"visits.{ending}"
    which = RETAIL.replace("retail.green-smile", "shop.counter@1.1.0").split()
    more = ["--where", "store=retail-02"] if shape == "tidy" else []
    assert call(files, "export", f"--{shape}", "--out", str(path), *which, *more).code == 0
    agrees(f"fixed/export-{shape}-{ending}.txt", _content(path))


def _content(path: Path) -> str:
    """A file as text: the cells of workbooks, the schema and rows of Parquet."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        lines = []
        for sheet in book.worksheets:
            lines += [f"[{sheet.title}]", *(repr([cell.value for cell in row]) for row in sheet.iter_rows())]
        return "\n".join(lines) + "\n"
    if path.suffix == ".parquet":
        found = duckdb.sql(f"select * from '{path}'")
        columns = [f"{name} {kind}" for name, kind in zip(found.columns, map(str, found.types), strict=True)]
        return "\n".join([*columns, *map(repr, found.fetchall())]) + "\n"
    return path.read_bytes().decode()


@pytest.mark.parametrize("checklist", CHECKLISTS)
def test_phone_forms_stay(checklist: str, files: Path, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    own = OWN if checklist == "shop.counter" else ()
    assert call(files, "form", FIRST.get(checklist, checklist), "--to", "xlsform", "--out", str(path), *own).code == 0
    agrees(f"fixed/xlsform-{checklist}.txt", _content(path))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("report-visit", f"report visits.json --lang ko --place {RETAIL.partition('--ledger')[1]} ledger/hq.db"),
        ("report-episode", "report episode.jsonl --lang en"),
        ("league", f"compare --target 40 --lang ko {RETAIL}"),
    ],
)
def test_pages_are_known(name: str, line: str, files: Path, tmp_path: Path) -> None:
    where = "--report" if name == "league" else "--out"
    assert call(files, *line.split(), where, str(tmp_path)).code == 0
    path = min(tmp_path.glob("*.pdf"))
    document = pypdfium2.PdfDocument(path)
    pages = [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]
    agrees(f"words/{name}.txt", f"{path.name}\n" + "".join(f"[page]\n{text}\n" for text in pages))


def test_a_float_may_differ_in_its_last_digits_only() -> None:
    assert same('{"a": 0.1, "b": 3}\nx', '{"a": 0.10000000000000002, "b": 3}\nx')
    assert not same('{"a": 0.1}', '{"a": 0.1001}')
    assert not same('{"a": 1}', '{"a": 2}')
    assert not same('{"a": 1, "b": 2}', '{"b": 2, "a": 1}')
    assert not same("0.1", "0.10000000000000002")
    assert list(differences({"a": [1.5, 2]}, {"a": [1.5, 3]})) == [".a[1]: 2 -> 3"]
