"""Published tables and mapping through them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import files
from interop.agreements import agreed_bands
from interop.drafting import Measured, Order, draft, rounded
from interop.linking.gates import GROUPINGS
from interop.mapping import DualRun, map_score, movement
from interop.tables import Mapped, Signature, Table, document, from_document, newest_of_both

DAY = date(2026, 1, 1)
YEAR = timedelta(days=365)
FOLDER = files.load()
AGREEMENT = FOLDER.agreements["ten-cities"]
FUZHOU, HUANGSHI = FOLDER.cities["fuzhou"], FOLDER.cities["huangshi"]


def made(method="bands", version="1", source=FUZHOU, target=HUANGSHI, since=DAY):
    order = Order(method, version, since, since, since + YEAR)
    return draft(source, target, AGREEMENT, order)


def scored(version="1", shift=0, source=FUZHOU, target=HUANGSHI, since=DAY):
    """A table that passed all gates: the study of a draft, put to use."""
    one = made("equipercentile", version, source, target, since)
    header = replace(one.table.header, use="table")
    rows = []
    for study in one.study:
        unrounded = study.unrounded + shift * 1_000_000
        value = rounded(unrounded, target.scale)
        band = target.band_of(value).id
        rows.append(Mapped(header.id, True, band, value, unrounded, study.error))
    return Table(header, source.scale.minimum.value, source.scale.step.value, tuple(rows))


def signed(table: Table, on: date = DAY) -> Table:
    for city in (table.header.source, table.header.target):
        table = table.signed(Signature(city, f"{city}-statement-2026", on, "…"))
    return table


def value_of(table, score):
    """The reported value, which a table of scores has for every score."""
    value = map_score(table, score).value
    assert value is not None
    return value


SCORED = scored()


@given(st.integers(-50_000, 1_200_000), st.integers(-50_000, 1_200_000))
def test_a_higher_score_is_never_worth_less_and_all_values_lie_in_the_scale(one, other):
    low, high = (value_of(SCORED, score) for score in sorted((one, other)))
    assert 0 <= low <= high <= 100_000
    assert low % HUANGSHI.scale.step.value == 0


@given(st.integers(0, 1_000_000))
def test_mapping_equals_the_search_for_the_last_row_at_or_below_the_score(score):
    starts = [SCORED.lowest + n * SCORED.step for n in range(len(SCORED.rows))]
    wanted = max(n for n, start in enumerate(starts) if start <= score)
    assert map_score(SCORED, score) is SCORED.rows[wanted]


@pytest.mark.parametrize(
    ("unrounded", "shown"),
    [
        (59_949_999, 59_900), (59_950_000, 60_000), (60_050_000, 60_100), (60_049_999, 60_000),
        (-3_000_000, 0), (100_049_999, 100_000), (170_000_000, 100_000), (-49_999, 0),
    ],
)  # fmt: skip
def test_values_are_rounded_half_up_and_held_in_the_scale(unrounded, shown):
    assert rounded(unrounded, HUANGSHI.scale) == shown


def test_what_is_mapped_names_its_table_and_error_and_cannot_be_mapped_again():
    mapped = map_score(SCORED, 700_000)
    assert mapped.table == "fuzhou:huangshi:1"
    assert mapped.error is not None
    assert mapped.error > 0
    with pytest.raises(TypeError):
        map_score(SCORED, mapped)  # type: ignore[arg-type]


def test_a_threshold_is_the_least_score_whose_reported_value_reaches_it():
    for band, score in SCORED.thresholds().items():
        assert map_score(SCORED, score).band == band
        if score > SCORED.lowest:
            assert map_score(SCORED, score - SCORED.step).band != band


def test_reading_a_table_backwards_is_not_the_table_of_the_other_direction():
    back = scored(source=HUANGSHI, target=FUZHOU)
    assert back.header.id == "huangshi:fuzhou:1"
    returned = [value_of(back, value_of(SCORED, s)) for s in range(0, 10**6, 10_000)]
    assert returned != list(range(0, 10**6, 10_000))
    with pytest.raises(ValueError, match="one city to another"):
        replace(SCORED, header=replace(SCORED.header, target="fuzhou"))


def test_a_table_that_descends_is_refused():
    with pytest.raises(ValueError, match="descends"):
        replace(SCORED, rows=SCORED.rows[::-1])


def test_a_table_is_in_force_on_its_days_and_only_with_both_signatures():
    half = SCORED.signed(Signature("fuzhou", "k", DAY, "…"))
    whole = signed(SCORED)
    assert not SCORED.in_force(DAY)
    assert not half.in_force(DAY)
    assert whole.in_force(DAY)
    assert not whole.in_force(DAY - timedelta(days=1))
    assert not whole.in_force(DAY + YEAR + timedelta(days=1))
    assert whole.digest == SCORED.digest
    with pytest.raises(ValueError, match="no party"):
        SCORED.signed(Signature("weihai", "k", DAY, "…"))


@pytest.mark.parametrize("table", [SCORED, made().table, made("kernel").table])
def test_a_table_survives_its_document_with_the_same_digest(table):
    again = from_document(document(table))
    assert again == table
    assert again.digest == table.digest


def test_any_change_of_a_row_or_of_the_header_changes_the_digest():
    row = SCORED.rows[500]._replace(error=1)
    rows = (*SCORED.rows[:500], row, *SCORED.rows[501:])
    assert replace(SCORED, rows=rows).digest != SCORED.digest
    assert replace(SCORED, header=replace(SCORED.header, version="2")).digest != SCORED.digest
    forged = document(SCORED) | {"thresholds": {"good": 0}}
    with pytest.raises(ValueError, match="not those of the rows"):
        from_document(forged)


def test_drafts_are_the_same_to_the_last_bit():
    assert made("kernel").table.digest == made("kernel").table.digest


def test_only_bands_are_told_where_only_bands_may_be_used():
    table = made().table
    wanted = agreed_bands(AGREEMENT, FUZHOU, HUANGSHI)
    for score in range(0, 1_000_001, 50_000):
        mapped = map_score(table, score)
        assert mapped.band == wanted[FUZHOU.band_of(score).id]
        assert mapped.recognized == (mapped.band is not None)
        assert (mapped.value, mapped.unrounded, mapped.error) == (None, None, None)


def test_only_yes_or_no_is_told_where_not_even_bands_may_be_used():
    ends = FOLDER.cities["tianjin"], FOLDER.cities["weihai"]
    table = made("kernel", source=ends[0], target=ends[1]).table
    assert table.header.use == "yes_no"
    assert {row[2:] for row in table.rows} == {(None, None, None, None)}
    assert {row.recognized for row in table.rows} == {True, False}


def test_published_distributions_with_all_that_must_be_measured_bear_a_table():
    source, target = (
        replace(city, distribution=replace(city.distribution, basis="published"))
        for city in (HUANGSHI, FUZHOU)
    )
    order = Order("linear", "1", DAY, DAY, DAY + YEAR)
    without = draft(source, target, AGREEMENT, order)
    assert {one.gate for one in without.failures} == {"correlation", "invariance"}
    assert without.table.header.use == "bands"
    measured = Measured(0.9, dict.fromkeys(GROUPINGS, 0.1))
    whole = draft(source, target, AGREEMENT, order, measured)
    assert whole.failures == ()
    assert (whole.table.header.use, whole.table.header.basis) == ("table", "published")
    for study, row in zip(whole.study, whole.table.rows, strict=True):
        assert (row.unrounded, row.value, row.error) == study[1:4]
        assert row.band == target.band_of(row.value or 0).id
    old = replace(measured, drift=0.3)
    assert draft(source, target, AGREEMENT, order, old).table.header.use == "yes_no"


def test_old_and_new_are_answered_side_by_side_until_the_last_day_of_the_old():
    run = DualRun(SCORED, scored("2", shift=3), DAY + timedelta(days=30))
    old, new = run.answer(700_000, DAY)
    assert new is not None
    assert (old.table, new.table) == ("fuzhou:huangshi:1", "fuzhou:huangshi:2")
    assert (new.value, old.value) == (value_of(SCORED, 700_000) + 3000, value_of(SCORED, 700_000))
    after, none = run.answer(700_000, DAY + timedelta(days=31))
    assert (after, none) == (new, None)
    with pytest.raises(ValueError, match="one direction"):
        DualRun(SCORED, scored("2", source=HUANGSHI, target=FUZHOU), DAY)


def test_the_report_says_how_many_would_be_in_another_band():
    counts = FUZHOU.counts()
    bands = [band.id for band in HUANGSHI.bands]
    same = movement(DualRun(SCORED, SCORED, DAY), counts, bands)
    higher = movement(DualRun(SCORED, scored("2", shift=3), DAY), counts, bands)
    assert same.moved == 0
    assert higher.moved > 0
    for one in (same, higher):
        assert sum(map(sum, one.people)) == FUZHOU.distribution.people
    assert all(
        count == 0 for n, row in enumerate(higher.people) for k, count in enumerate(row) if k < n
    )


def test_cities_agree_on_the_newest_table_that_both_hold():
    old = signed(SCORED)
    new = signed(scored("2", since=DAY + timedelta(days=10)))
    later = DAY + timedelta(days=20)
    assert newest_of_both([old, new], [old.digest, new.digest], later) is new
    assert newest_of_both([old, new], [old.digest], later) is old
    assert newest_of_both([old, new], [old.digest, new.digest], DAY) is old
    assert newest_of_both([old, new], [], later) is None
    assert newest_of_both([SCORED], [SCORED.digest], later) is None
