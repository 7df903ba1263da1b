"""What a store's report says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cemaudit.hookspecs import Context
from cemaudit.language import use
from cemaudit.library import JourneyShelf
from cemaudit.model import Evidence, Text, Visit
from cemaudit.model.blocks import Paragraph, Section
from cemaudit.report import report_bytes, store_report
from cemaudit.scoring import shown
from cemaudit.scoring.lens_scores import lens_measure, lens_scores


def section_ids(report):
    return [section.id for section in report.ordered]


def test_all_sections_in_order(make_audit):
    audit = make_audit(
        answers={"G1": False}, claims=[{"touchpoint": "payment", "text": "a"}], evidence={"G1": [{"file": "a.jpg"}]}
    )
    assert section_ids(store_report(Context(audits=[audit]))) == [
        "summary",
        "channels",
        "journey",
        "touchpoints",
        "findings",
        "complaints",
        "items",
        "pictures",
        "method",
    ]


def test_phases_of_a_lens_stand_above_the_stages(make_audit):
    """The mean of the touchpoints of each phase, a hole empty and named; without a lens nothing is added."""
    audit = make_audit()
    view = JourneyShelf().view("acass", audit.checklist.path)
    plain, seen = (
        next(section for section in store_report(Context(audits=[audit]), view=one).ordered if section.id == "journey")
        for one in (None, view)
    )
    phases, *others = seen.blocks
    assert tuple(others) == plain.blocks
    assert [str(column) for column in phases.columns] == [str(stage.title) for stage in view.lens.stages]
    scores = [score.value for score in lens_scores(audit, view)]
    measure = lens_measure(audit.scheme)
    assert phases.values == (tuple(None if value is None else float(shown(value, measure)) for value in scores),)
    with use("en"):
        assert "Social network: no touchpoint" in str(phases.note)
        assert phases.values[0][-1] is None


def test_plugins_sections_take_their_place(context):
    extra = [
        Section(id=name, title=Text(ko="덧붙임", en="Extra"), blocks=(Paragraph(text="words"),), order=order)
        for name, order in (("b", 450), ("a", 450), ("last", 950))
    ]
    assert section_ids(store_report(context, extra))[4:6] == ["a", "b"]
    assert section_ids(store_report(context, extra))[-1] == "last"


@pytest.mark.parametrize("language", ["ko", "en"])
def test_numbers_and_words_are_on_the_page(context, read, language):
    pdf = read(report_bytes(store_report(context), language))
    words = {
        "ko": [
            "한빛 강남점",
            "매장 점검 1.2.0",
            "선물 고르기",
            "만족",
            "맞이 인사",
            "산출 방법과 용도",
            "웃으며 인사했습니다.",
        ],
        "en": [
            "한빛 강남점",
            "Shop check 1.2.0",
            "Choosing a gift",
            "Good",
            "Greeting",
            "Method and use",
            "웃으며 인사했습니다.",
        ],
    }[language]
    overall = f"{float(context.audits[0].headline.value):+.1f}"
    waited = {"ko": "45초", "en": "45 s"}[language]
    for word in [*words, overall, "0.5 / 2", waited, "2026-11-20 14:05–14:47", "test.shop@1.2.0"]:
        assert word in pdf.text
    assert "\N{REPLACEMENT CHARACTER}" not in pdf.text
    assert pdf.outside() == []


def test_the_shopper_stays_unnamed(context, read):
    assert "shopper-7" not in read(report_bytes(store_report(context), "en")).text


def test_what_was_not_observed_is_said_and_not_scored(context, read):
    pdf = read(report_bytes(store_report(context), "en"))
    assert "Asked about the receipt not observed –" in pdf.text
    assert "No score is not zero." in pdf.text


def test_failed_critical_items_are_on_the_first_page(make_audit, read):
    audit = make_audit(answers={"G1": False, "G2": 45, "P1": 4})
    first = " ".join(read(report_bytes(store_report(Context(audits=[audit])), "en")).pages[0].split())
    assert "1 critical item failed" in first
    assert "Not met: Greeted with eye contact" in first


def test_simulated_visits_say_so_on_every_page(make_audit, read):
    pdf = read(report_bytes(store_report(Context(audits=[make_audit(origin="simulated")])), "en"))
    assert all("Simulated data" in page for page in pdf.pages)
    assert "Simulated data" not in read(report_bytes(store_report(Context(audits=[make_audit()])), "en")).text


def test_claims_and_blames_in_the_customers_words(make_audit, read):
    audit = make_audit(
        claims=[{"touchpoint": "payment", "text": "글씨가 작습니다."}],
        blames=[{"touchpoint": "greeting", "text": "무시당했습니다."}],
    )
    text = read(report_bytes(store_report(Context(audits=[audit])), "ko")).text
    assert "클레임 결제 글씨가 작습니다." in text
    assert "원망 맞이 인사 무시당했습니다." in text


def test_the_visit_before_is_named(make_audit, read):
    before = make_audit(id="v0", started="2026-08-01T10:00:00+09:00", finished=None)
    report = store_report(Context(audits=[make_audit()], history=[before]))
    assert "(2026-08-01)" in read(report_bytes(report, "en")).text


def test_an_episode_lists_its_visits(episode, read):
    pdf = read(report_bytes(store_report(episode), "en"))
    first = " ".join(pdf.pages[0].split())
    assert "Customer episode report" in first
    assert "2026-11-21 – 2026-11-22 (2 visits)" in first
    assert "1. First visit" in first
    assert "2. Second visit" in first
    assert "1. First visit · Greeting" in pdf.text


def test_a_scheme_with_single_measures_only(hygiene_audit, read):
    report = store_report(Context(audits=[hygiene_audit]))
    assert section_ids(report) == ["summary", "items", "method"]
    assert report.verdict is not None
    assert (report.verdict.label, report.verdict.value, report.verdict.at) == ("5", "15", None)
    text = read(report_bytes(report, "en")).text
    assert "Very good" in text
    assert "total ≤ 15" in text


def test_nothing_scored_is_no_grade_and_no_zero(make_audit, read):
    audit = make_audit(answers={}, skipped={}, emotions={}, notes={})
    report = store_report(Context(audits=[audit]))
    assert report.verdict is not None
    assert report.verdict.value == "–"
    assert read(report_bytes(report, "en")).text.count("not answered") >= 4


def test_evidence_is_counted_where_it_is_not_printed(make_audit, read):
    audit = make_audit(evidence={"G1": [{"file": "a.jpg"}, {"file": "b.mp3", "kind": "audio"}]})
    assert "Evidence not printed here: 2." in read(report_bytes(store_report(Context(audits=[audit])), "en")).text


def test_photos_carry_item_touchpoint_and_caption(make_audit, photo, read):
    path = photo()
    audit = make_audit(evidence={"G1": [{"file": path.name, "caption": "문 앞"}]})
    text = read(report_bytes(store_report(Context(audits=[audit]), media=path.parent), "ko")).text
    assert "G1 · 맞이 인사 문 앞" in text
    assert "표시할 수 없" not in text


def test_visits_of_an_episode_may_have_their_own_folders(episode, photo, tmp_path, read):
    photo("a.jpg")
    visits = [
        audit.visit.model_copy(update={"evidence": {"G1": (Evidence(file="a.jpg", caption=audit.visit.id),)}})
        for audit in episode.audits
    ]
    audits = [audit.model_copy(update={"visit": visit}) for audit, visit in zip(episode.audits, visits, strict=True)]
    report = store_report(Context(audits=audits), media={"v1": tmp_path})
    text = read(report_bytes(report, "en")).text
    assert "1. First visit · G1 · Greeting v1" in text
    assert "Evidence not printed here: 1." in text


def test_page_one_of_an_episode_shows_the_episode(engine, read):
    lines = (Path(__file__).parents[1] / "data" / "treatment.jsonl").read_text("utf-8").splitlines()
    audits = [engine.audit(Visit.model_validate_json(line)) for line in lines]
    first = read(report_bytes(store_report(Context(audits=audits)), "en")).pages[0]
    for words in ("+32.8", "1 of 4 planned visits did not happen", "3 / 4", "0 / 1", "38 / 51"):
        assert words in first, words
    assert "Weakest touchpoint: The doctor (5." in " ".join(first.split())
    assert "Items that fell" in first
    assert "Feelings that fell" in first
    assert "\nLast visit ·" not in first
