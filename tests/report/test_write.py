"""Files of reports: safe names, whole files, the same bytes."""

from __future__ import annotations

import re
import subprocess
import sys
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from cemaudit.errors import BadEnvironment
from cemaudit.hookspecs import Context
from cemaudit.model import Text
from cemaudit.report import store_report, write_report
from cemaudit.report.document import Report
from cemaudit.report.write import file_name


def test_writes_one_file_and_nothing_else(context, tmp_path):
    path = write_report(store_report(context), tmp_path / "new" / "folder", "ko")
    assert path.name.startswith("ks-0042-2026-11-20-ko-")
    assert [one.name for one in path.parent.iterdir()] == [path.name]
    assert path.read_bytes().startswith(b"%PDF-")


def test_the_same_report_gives_the_same_bytes_and_name(context, tmp_path):
    first = write_report(store_report(context), tmp_path, "en")
    kept = first.read_bytes()
    assert write_report(store_report(context), tmp_path, "en") == first
    assert first.read_bytes() == kept


def test_hanja_are_embedded_only_where_there_are_some(context, tmp_path):
    audit = context.audits[-1]
    named = audit.model_copy(update={"visit": audit.visit.model_copy(update={"store_name": "金家食堂"})})
    sizes, fonts = [], []
    for audits in ([audit], [named]):
        data = write_report(store_report(Context(audits=audits)), tmp_path, "ko").read_bytes()
        sizes.append(len(data))
        fonts.append({str(font["/BaseFont"]) for font in fonts_of(data)})
    assert [any("Hanja" in font for font in used) for used in fonts] == [False, True]
    assert sizes[1] - sizes[0] < 20_000


def fonts_of(data):
    for page in PdfReader(BytesIO(data)).pages:
        yield from (font.get_object() for font in page["/Resources"]["/Font"].values())


def test_languages_differ(context, tmp_path):
    report = store_report(context)
    assert write_report(report, tmp_path, "en") != write_report(report, tmp_path, "ko")


def test_a_stranger_cannot_choose_the_folder(hygiene_audit, tmp_path):
    path = write_report(store_report(Context(audits=[hygiene_audit])), tmp_path, "en")
    assert path.parent == tmp_path
    assert path.name.startswith("cafe-zoe-x-2026-01-02-en-")


def test_an_episode_is_named_by_its_id(episode, tmp_path):
    assert write_report(store_report(episode), tmp_path, "en").name.startswith("ks-0042-e-1-en-")


@given(st.tuples(st.text(), st.text()))
def test_every_name_is_small_letters_digits_and_hyphens(key):
    report = Report(title=Text(ko="가", en="a"), subject="b", key=key)
    assert re.fullmatch(r"[a-z0-9-]{1,100}\.pdf", file_name(report, "ko"))


def test_a_folder_that_cannot_be_written(context, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadEnvironment) as error:
        write_report(store_report(context), tmp_path / "file", "en")
    assert "cannot be written" in str(error.value)


def test_a_failed_write_leaves_the_old_file(context, tmp_path, monkeypatch):
    path = write_report(store_report(context), tmp_path, "en")
    kept = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(BadEnvironment):
        write_report(store_report(context), tmp_path, "en")
    assert path.read_bytes() == kept
    assert list(tmp_path.iterdir()) == [path]


def test_importing_the_package_loads_no_drawing():
    code = "import sys, cemaudit.report; sys.exit(any(name.startswith(('reportlab', 'PIL')) for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
