import csv
import io
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.exchange.tables import importing
from cemaudit.exchange.tables.importing import import_table


@pytest.fixture
def run(make_mapping, make_table, checklist):
    def run(text, more="", **changes):
        table = import_table(make_table(text), make_mapping(more, **changes), checklist)
        return list(table), table

    return run


def test_a_row_becomes_a_visit(run):
    visits, table = run("id,store,greeted,tidy\nv1,S1,예,4\n")
    assert visits[0].answers == {"greeted": True, "tidy": 4}
    assert (visits[0].id, visits[0].store, visits[0].origin) == ("v1", "S1", "import")
    assert visits[0].checklist == "test.shop@1.0.0"
    assert table.problems == []


def test_a_consent_is_read_from_two_columns(run):
    more = '[visit.consent_date]\ncolumn = "agreed"\n[visit.consent_form]\ncolumn = "form"\n'
    rows = "v1,S1,예,4,2026-11-01,F-014\nv2,S1,예,4,2026-11-01,\n"
    visits, table = run(f"id,store,greeted,tidy,agreed,form\n{rows}", more)
    assert (visits[0].consent.date, visits[0].consent.form) == (date(2026, 11, 1), "F-014")
    assert [str(problem) for problem in table.problems] == ["table.csv: row 3: form: is missing"]


def test_no_value_is_unanswered_and_the_items_own_na_is_a_skip(run):
    visits, _ = run("id,store,greeted,tidy\nv1,S1,-,NA\nv2,S1,,Closed\n")
    assert visits[0].answers == {}
    assert {name: skip.state for name, skip in visits[0].skipped.items()} == {"greeted": "not-applicable"}
    assert {name: skip.state for name, skip in visits[1].skipped.items()} == {"tidy": "not-observed"}


@pytest.mark.parametrize("cell", ["N/A", "N/A*", "n/a **", "closed", "*", "not * counted"])
def test_the_items_own_na_is_looked_at_after_before(run, cell):
    more = 'seconds = { column = "wait", before = "*", na = ["N/A", "Closed", "", "not * counted"] }\n'
    visits, table = run(f"id,store,greeted,tidy,wait\nv1,S1,1,4,{cell}\n", more)
    assert table.problems == []
    assert "seconds" not in visits[0].answers
    assert visits[0].skipped["seconds"].state == "not-applicable"


@pytest.mark.parametrize(
    ("cell", "answer"), [("5.5*", Decimal("5.5")), ("12", 12), ("0 *", 0), ("none*", 0), ("N/A *", None)]
)
def test_what_before_leaves_is_an_answer_unless_it_is_na(run, cell, answer):
    more = 'seconds = { column = "wait", before = "*", na = ["N/A", "none"], values = { none = "0" } }\n'
    visits, _ = run(f"id,store,greeted,tidy,wait\nv1,S1,1,4,{cell}\n", more)
    assert visits[0].answers.get("seconds") == answer
    assert ("seconds" in visits[0].skipped) == (answer is None)


@pytest.mark.parametrize("cell", ["NA*", "NA", "na *", "*"])
def test_na_of_the_whole_table_is_looked_at_after_before(run, cell):
    more = 'seconds = { column = "wait", before = "*" }\n'
    visits, table = run(f"id,store,greeted,tidy,wait\nv1,S1,1,4,{cell}\n", more)
    assert table.problems == []
    assert "seconds" not in visits[0].answers
    assert "seconds" not in visits[0].skipped


def test_bad_rows_are_named_with_everything_wrong_and_good_ones_go_on(run):
    visits, table = run("id,store,greeted,tidy\nv1,,maybe,9\nv2,S1,1,5\nv2,S2,1,5\nv3,S1\n")
    assert [visit.id for visit in visits] == ["v2"]
    assert [str(problem) for problem in table.problems] == [
        "table.csv: row 2: greeted: expected yes or no, found maybe (write yes or no, 예 or 아니요, 1 or 0)",
        "table.csv: row 4: id: visit id v2 is taken by row 3",
        "table.csv: row 5: 2 cells where the header has 4",
    ]
    assert (table.counts.rows, table.counts.good, table.counts.bad) == (4, 1, 3)


def test_problems_of_the_visit_itself_are_placed_at_their_columns(run):
    _, table = run("id,store,greeted,tidy\nv1,,1,9\nv2,S1,1,9\n")
    assert [str(problem) for problem in table.problems] == [
        "table.csv: row 2: store: is missing",
        "table.csv: row 3: tidy: expected a whole number from 1 to 5, found 9",
    ]


def test_numbers_without_end_are_refused(run):
    mapping = 'price = { column = "price" }\nseconds = { column = "price" }\n'
    visits, table = run("id,store,greeted,tidy,price\nv1,S1,1,5,1e999999999\nv2,S1,1,²,12\n", mapping)
    assert visits == []
    assert table.counts.bad == 2


@pytest.mark.parametrize(
    ("written", "meant"),
    [("2,5", "2.5"), ("2,50", "2.5"), ("0,125", "0.125"), ("1,234", "1234"), ("1.234,5", "1234.5")],
)
def test_a_decimal_comma_never_makes_more_of_an_amount(run, written, meant):
    visits, table = run(f'id,store,greeted,tidy,wait\nv1,S1,1,"4,0","{written}"\n', 'seconds = { column = "wait" }\n')
    assert table.problems == []
    assert visits[0].answers == {"greeted": True, "tidy": 4, "seconds": Decimal(meant)}


def test_what_could_be_two_amounts_is_refused_with_its_place(run):
    rows = 'v1,S1,1,4,"1,23,4"\nv2,S1,1,"2,5",3\nv3,S1,1,4,1.234.567\n'
    visits, table = run(f"id,store,greeted,tidy,wait\n{rows}", 'seconds = { column = "wait" }\n')
    assert visits == []
    assert [str(problem) for problem in table.problems] == [
        "table.csv: row 2: wait: expected a number, found 1,23,4 (write it without thousands marks, such as 1234.5)",
        "table.csv: row 3: tidy: expected a whole number from 1 to 5, found 2,5",
        "table.csv: row 4: wait: expected a number, found 1.234.567 (write it without thousands marks, such as 1234.5)",
    ]


def test_feelings_are_whole_numbers_however_they_are_written(run):
    more = '[emotions]\ngreeting = { column = "felt" }\n'
    rows = 'v1,S1,1,4,−2\nv2,S1,1,4,"2,0"\nv3,S1,1,4,"1,5"\nv4,S1,1,4,+3\n'
    visits, table = run(f"id,store,greeted,tidy,felt\n{rows}", more)
    assert [(visit.id, visit.emotions) for visit in visits] == [
        ("v1", {"greeting": -2}), ("v2", {"greeting": 2}), ("v4", {"greeting": 3}),
    ]  # fmt: skip
    (problem,) = table.problems
    assert str(problem).startswith("table.csv: row 4: felt: ")


def test_rows_that_are_no_visits_are_counted_by_reason(run):
    more = '[[skip_rows]]\ncolumn = "store"\nvalues = ["test"]\nreason = { ko = "시험", en = "a test" }\n'
    visits, table = run("id,store,greeted,tidy\nv1,test,maybe,9\nv2,S1,1,5\n", more)
    assert len(visits) == 1
    assert {reason.en: count for reason, count in table.counts.skipped_because.items()} == {"a test": 1}
    assert table.counts.skipped == 1


def test_an_unknown_date_is_no_date_and_counted(run):
    day = 'id = { column = "id" }\ndate = { column = "day", unknown = [1901-01-01] }'
    visits, table = run(
        "id,store,greeted,tidy,day\nv1,S1,1,5,1901-01-01\nv2,S1,1,5,2026-11-21\nv3,S1,1,5,soon\n",
        **{'id = { column = "id" }': day},
    )
    assert [visit.date for visit in visits] == [None, date(2026, 11, 21)]
    assert (table.counts.unknown_dates, table.counts.bad) == (1, 1)


def test_answers_that_do_not_arise_are_left_out_and_counted(run):
    visits, table = run("id,store,greeted,tidy,s\nv1,S1,0,5,12\nv2,S1,1,5,12\n", 'seconds = { column = "s" }\n')
    assert ["seconds" in visit.answers for visit in visits] == [False, True]
    assert table.counts.not_arising == 1


def test_feelings_notes_and_complaints_come_along(run):
    more = (
        'words = { column = "w", note = "n" }\n[emotions]\ngreeting = { column = "e" }\n'
        '[claims]\nshelf = { column = "c" }\n[blames]\nshelf = { column = "b" }\n'
    )
    visits, table = run("id,store,greeted,tidy,w,n,e,c,b\nv1,S1,1,5,=1+1,<b>,-2.0,dirty,\n", more)
    assert table.problems == []
    assert (visits[0].answers["words"], visits[0].notes["words"]) == ("=1+1", "<b>")
    assert visits[0].emotions == {"greeting": -2}
    assert [claim.text for claim in visits[0].claims] == ["dirty"]
    assert visits[0].blames == ()


def test_an_episode_comes_along(run):
    more = 'id = { column = "id" }\nepisode = { column = "store" }\nstep = { value = "V1" }'
    visits, table = run("id,store,greeted,tidy\nv1,S1,1,5\n", **{'id = { column = "id" }': more})
    assert visits == []
    assert "no such step: V1" in str(table.problems[0])


SEVERAL = {'na = ["", "NA"]': 'na = ["", "NA"]\nsame_visit = ["id"]'}


def test_rows_of_one_visit_are_gathered(run):
    visits, table = run(
        "id,store,greeted,tidy,fault\nv1,S1,1,,dust\nv2,S1,1,5,\nv1,S1,1,4,gap\nv1,S1,0,,gap\n",
        'faults = { column = "fault" }\n', **SEVERAL,
    )  # fmt: skip
    assert [visit.answers for visit in visits] == [
        {"greeted": True, "faults": ("dust", "gap"), "tidy": 4},
        {"greeted": True, "tidy": 5},
    ]
    assert [str(problem) for problem in table.problems] == [
        "table.csv: row 5: greeted: No here, Yes in row 2 of the same visit"
    ]
    assert (table.counts.rows, table.counts.good, table.counts.bad, table.counts.visits) == (4, 3, 1, 2)


def test_complaints_of_all_rows_of_a_visit_are_kept(run):
    visits, _ = run(
        "id,store,greeted,tidy,c,e\nv1,S1,1,5,dirty,\nv1,S1,1,5,dark,2\nv1,S1,1,5,dark,\n",
        '[claims]\nshelf = { column = "c" }\n[emotions]\ngreeting = { column = "e" }\n',
        **SEVERAL,
    )
    assert [claim.text for claim in visits[0].claims] == ["dirty", "dark"]
    assert visits[0].emotions == {"greeting": 2}


def test_a_mapping_that_does_not_fit_is_refused_before_any_row(run):
    with pytest.raises(BadInput, match=r"no such column: tidy"):
        run("id,store,greeted\nv1,S1,1\n")


def test_progress_is_told(make_mapping, make_table, checklist):
    told = []
    table = import_table(
        make_table("id,store,greeted,tidy\n" + "".join(f"v{n},S,1,5\n" for n in range(2500))),
        make_mapping(), checklist, lambda counts: told.append(counts.rows),
    )  # fmt: skip
    assert len(list(table)) == 2500
    assert told == [0, 1000, 2000, 2500]


def test_a_flood_of_problems_is_kept_within_bounds(run, monkeypatch):
    monkeypatch.setattr(importing, "MOST_PROBLEMS", 10)
    _, table = run("id,store,greeted,tidy\n" + "v,S,1,9\n" * 50)
    assert (len(table.problems), table.counts.bad) == (10, 50)


CELL = st.sampled_from(
    ["", "NA", "-", "1", "0", "예", "no", "5", "9", "closed", "maybe", "v1", "v2", "=1", '"', "a\nb"]
)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=3, max_size=5), max_size=12), st.booleans())
def test_the_counts_add_up_whatever_the_table(make_mapping, checklist, rows, several):
    mapping = make_mapping(
        '[[skip_rows]]\ncolumn = "store"\nvalues = ["9"]\nreason = { en = "x" }\n', **(SEVERAL if several else {})
    )
    text = io.StringIO()
    csv.writer(text).writerows([["id", "store", "greeted", "tidy"], *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.csv")
        path.write_text(text.getvalue(), "utf-8", newline="")
        table = import_table(path, mapping, checklist)
        visits = list(table)
    counts = table.counts
    assert counts.rows == counts.good + counts.bad + counts.skipped
    assert counts.rows == sum(any(cell.strip() for cell in row) for row in rows)
    assert counts.visits == len(visits) == len({visit.id for visit in visits})
    assert counts.visits <= counts.good if several else counts.visits == counts.good
    assert len({problem.place.split(":")[1] for problem in table.problems}) == counts.bad


CLAIMS = '[claims]\nshelf = { column = "c" }\n[claim_states]\nshelf = { column = "s", values = { done = "solved" } }\n'


@pytest.mark.parametrize(
    ("text", "state"),
    [("told", "told"), ("Promised for later", "later"), ("직원에게 말함", "told"), ("done", "solved"), ("", None)],
)
def test_what_became_of_a_claim_comes_along_by_code_or_in_words(run, text, state):
    visits, table = run(f"id,store,greeted,tidy,c,s\nv1,S1,1,5,dirty,{text}\n", CLAIMS)
    assert table.problems == []
    assert [(claim.text, claim.state) for claim in visits[0].claims] == [("dirty", state)]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("dirty,solvd", "no such option: solvd (did you mean solved?)"),
        (",told", "what became of a claim, but no claim"),
    ],
)
def test_a_state_that_is_none_or_of_no_claim_is_told(run, cells, words):
    visits, table = run(f"id,store,greeted,tidy,c,s\nv1,S1,1,5,{cells}\n", CLAIMS)
    assert (visits, [str(problem) for problem in table.problems]) == ([], [f"table.csv: row 2: s: {words}"])


def test_a_state_where_no_claim_is_mapped_is_refused(run):
    with pytest.raises(BadInput, match=r"claim_states.shelf: no claim is mapped at this touchpoint"):
        run("id,store,greeted,tidy,s\nv1,S1,1,5,told\n", '[claim_states]\nshelf = { column = "s" }\n')


def test_a_claim_whose_state_one_row_says_is_one_claim(run):
    visits, _ = run(
        "id,store,greeted,tidy,c,s\nv1,S1,1,5,dirty,\nv1,S1,1,5,dirty,told\nv1,S1,1,5,dark,\n", CLAIMS, **SEVERAL
    )
    assert [(claim.text, claim.state) for claim in visits[0].claims] == [("dirty", "told"), ("dark", None)]
