"""Whoever delivers or reads by the last release still can, or the version of the contract says that they cannot."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from data_contracts.changes import LEVELS, Change, changes, check_room, check_version, least_version, room_changes
from data_contracts.contract import OURS, Column, Contract, Room, contract, contracts, read_contract
from data_contracts.limits import direction
from data_contracts.releases import ROOMS, freeze, frozen, last_release, released, thawed
from data_contracts.row_rules import RowRule, quoted
from data_contracts.tables import add_new_columns, check_shape, create_table
from flows.results import _can_read

HERE = Path(__file__).parents[2] / "data_contracts"
EVERY = [each for room in ROOMS for each in contracts(room).values()]
KEPT_IN_THE_WAREHOUSE = {"inputs": None, "published": ("flags", "lives", "quarters")}

Edit = Callable[[dict[str, Any]], object]


@cache
def written_as(room: str, name: str) -> str:
    return json.dumps(yaml.safe_load((HERE / room / f"{name}.odcs.yaml").read_text(encoding="utf-8")))


def edited(tmp_path: Path, room: str, name: str, edit: Edit) -> Contract:
    """The contract as it would be after somebody changed its file."""
    written = json.loads(written_as(room, name))
    edit(written)
    file = tmp_path / room / f"{name}.odcs.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(written), encoding="utf-8")
    # JSON is YAML, read in a hundredth of the time; that a contract follows the standard is held by test_contract.
    where = "data_contracts.contract"
    with patch(f"{where}.yaml.safe_load", json.loads), patch(f"{where}._check_against_the_standard"):
        return read_contract(file)


def column_of(written: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in written["schema"][0]["properties"] if each["name"] == name)


def told(found: tuple[Change, ...]) -> set[str]:
    return {str(each) for each in found}


def with_column(old: Contract, column: Column) -> Contract:
    return replace(old, columns=(*old.columns, column))


def without_column(old: Contract, name: str) -> Contract:
    return replace(
        old,
        columns=tuple(each for each in old.columns if each.name != name),
        rules=tuple(each for each in old.rules if each.id.split(".")[0] != name),
    )


# --- The contracts as they stand -------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", ROOMS)
def test_every_contract_keeps_what_the_last_release_promised_or_says_so_in_its_version(room: Room) -> None:
    check_room(released(last_release(), room), contracts(room))


@pytest.mark.parametrize("room", KEPT_IN_THE_WAREHOUSE)
def test_a_warehouse_of_the_last_release_opens_wherever_the_major_version_stands(room: Room) -> None:
    with duckdb.connect() as con:
        for name, old in released(last_release(), room).items():
            new = contracts(room)[name]
            wanted = KEPT_IN_THE_WAREHOUSE[room]
            if new.version.split(".")[0] != old.version.split(".")[0] or (wanted and name not in wanted):
                continue
            con.execute(create_table(old, name))
            add_new_columns(con, new, name)
            check_shape(con, new, name)


@pytest.mark.parametrize("each", EVERY, ids=lambda each: f"{each.room}/{each.name}")
def test_a_contract_that_is_frozen_thaws_as_it_was(each: Contract) -> None:
    assert thawed(each.name, each.room, frozen(each)) == each
    assert changes(each, each) == ()


def test_a_release_is_made_once_and_holds_every_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = freeze("9.0.0", tmp_path)
    monkeypatch.setattr("data_contracts.releases.FOLDER", tmp_path)
    assert last_release() == "9.0.0"
    for room in ROOMS:
        assert dict(released("9.0.0", room)) == dict(contracts(room))
    with pytest.raises(ValueError, match=r"9\.0\.0\.json was released"):
        freeze("9.0.0", tmp_path)
    for version in ("9", "9.0", "9.0.x", "../9.0.0", ""):
        with pytest.raises(ValueError, match="three numbers"):
            freeze(version, tmp_path)
    assert list(tmp_path.iterdir()) == [file]
    (tmp_path / "10.0.0.json").write_text("{}")
    assert last_release() == "10.0.0", "by number, not by letter"


def test_the_last_release_was_not_edited_by_hand() -> None:
    """Each line is as the command writes it; a hand would have to know how."""
    file = HERE / "released" / f"{last_release()}.json"
    for room in ROOMS:
        for name, each in released(last_release(), room).items():
            assert thawed(name, room, frozen(each)) == each
    assert file.read_text(encoding="utf-8").endswith("\n}\n")


# --- Each kind of change, in a file ----------------------------------------------------------------------------------


def quality(column: str, number: int, **said: Any) -> Edit:
    """A `quality` entry of a column says something else."""
    return lambda it: column_of(it, column)["quality"][number].update(said)


def words(column: str, *said: str) -> Edit:
    return quality(column, 0, arguments={"validValues": list(said)})


def options(column: str, **said: Any) -> Edit:
    return lambda it: column_of(it, column).update(logicalTypeOptions=said)


def table(number: int, value: Any) -> Edit:
    return lambda it: it["schema"][0]["customProperties"][number].update(value=value)


WITHHELD = {"customProperties": [{"property": "treatment", "value": "withhold"}]}
WHY = ("quiet_decline", "went_quiet", "safety", "random_draw")
CHANNELS = ("TEL", "EMA", "BAL", "BEZ", "APP", "INT", "INS", "BRI", "SMS")
NEW = {"name": "floor", "description": "Verdieping.", "logicalType": "integer", "physicalType": "BIGINT"}


@pytest.mark.parametrize(
    ("edit", "input_says"),
    [
        (lambda it: it["schema"][0]["properties"].append(NEW), "floor added (minor)"),
        (lambda it: it["schema"][0]["properties"].append({**NEW, "required": True}), "floor added, required (major)"),
        (lambda it: it["schema"][0]["properties"].remove(column_of(it, "channel")), "channel removed (major)"),
        (lambda it: column_of(it, "channel").update(name="via"), "channel removed (major)"),
        (lambda it: column_of(it, "channel").update(name="via"), "via added (minor)"),
        (lambda it: column_of(it, "channel").update(physicalType="ENUM('TEL')"), "channel retyped (major)"),
        (lambda it: column_of(it, "resolved_at").update(logicalType="date"), "resolved_at retyped (major)"),
        (lambda it: column_of(it, "channel").update(required=True), "channel made required (major)"),
        (lambda it: column_of(it, "category").update(required=False), "category made optional (minor)"),
        (lambda it: column_of(it, "channel").update(primaryKey=True), "key changed (major)"),
        (lambda it: it["schema"][0]["properties"].reverse(), "columns in another order (major)"),
        (words("channel", "TEL"), "channel.valid_values narrower (major)"),
        (words("channel", *CHANNELS, "FAX"), "channel.valid_values wider (minor)"),
        (quality("channel", 0, mustBeLessOrEqualTo=9), "channel.valid_values wider (minor)"),
        (quality("channel", 0, mustBeLessOrEqualTo=1), "channel.valid_values narrower (major)"),
        (lambda it: column_of(it, "channel").pop("quality"), "channel.valid_values removed (minor)"),
        (options("complaint_id", maxLength=200), "complaint_id.range wider (minor)"),
        (options("complaint_id", maxLength=20), "complaint_id.range narrower (major)"),
        (options("reported_at", minimum="1990-01-01T00:00:00Z"), "reported_at.range wider (minor)"),
        (options("incident_key", maxLength=20), "incident_key.range added (major)"),
        (quality("category", 1, arguments={"pattern": "SOC"}), "category.valid_code changed (major)"),
        (quality("category", 0, description="Iets anders."), "category.in_scope reworded (patch)"),
        (lambda it: column_of(it, "channel").update(description="Anders."), "channel description reworded (patch)"),
        (lambda it: column_of(it, "channel").update(examples=["EMA"]), "channel example reworded (patch)"),
        (lambda it: column_of(it, "category").pop("transformLogic"), "category read otherwise (major)"),
        (lambda it: column_of(it, "reporter_key").update(WITHHELD), "reporter_key treated otherwise (major)"),
        (table(0, False), "complaints made optional (minor)"),
        (table(1, "resolved_at"), "event_column changed (major)"),
        (table(2, 1), "tolerance narrower (major)"),
        (table(2, 50), "tolerance wider (minor)"),
        (lambda it: it["slaProperties"][0].update(value=28), "max_age_days changed (minor)"),
        (lambda it: it["description"].update(usage="Iets anders."), "usage reworded (patch)"),
        (lambda it: it["schema"][0].update(dataGranularityDescription="Eén rij per zaak."), "grain reworded (patch)"),
    ],
)  # fmt: skip
def test_what_changes_in_the_file_of_an_input_is_listed(tmp_path: Path, edit: Edit, input_says: str) -> None:
    old = contract("inputs", "complaints")
    found = changes(old, edited(tmp_path, "inputs", "complaints", edit))
    assert input_says in told(found)
    assert [LEVELS.index(each.needs) for each in found] == sorted((LEVELS.index(c.needs) for c in found), reverse=True)


@pytest.mark.parametrize(
    ("edit", "published_says"),
    [
        (lambda it: it["schema"][0]["properties"].append(NEW), "floor added (minor)"),
        (lambda it: it["schema"][0]["properties"].append({**NEW, "required": True}), "floor added (minor)"),
        (lambda it: it["schema"][0]["properties"].remove(column_of(it, "lead")), "lead removed (major)"),
        (lambda it: column_of(it, "rank").update(physicalType="BIGINT"), "rank retyped (major)"),
        (lambda it: column_of(it, "lead").update(required=True), "lead made required (minor)"),
        (lambda it: column_of(it, "question").update(required=False), "question made optional (major)"),
        (words("why", *WHY, "hunch"), "why.valid_values wider (major)"),
        (words("why", *WHY[1:]), "why.valid_values narrower (minor)"),
        (options("question", maxLength=900), "question.range wider (major)"),
        (lambda it: column_of(it, "question").pop("logicalTypeOptions"), "question.range removed (major)"),
        (table(0, ["flag_id"]), "sorted_by changed (major)"),
    ],
)  # fmt: skip
def test_of_what_we_publish_a_word_more_breaks_and_a_word_less_does_not(
    tmp_path: Path, edit: Edit, published_says: str
) -> None:
    assert published_says in told(changes(contract("published", "flags"), edited(tmp_path, "published", "flags", edit)))


def test_a_rule_about_a_column_that_is_new_refuses_no_delivery_of_before(tmp_path: Path) -> None:
    def edit(it: dict[str, Any]) -> None:
        it["schema"][0]["properties"].append({**NEW, "logicalTypeOptions": {"minimum": 0}})
        compared = {"column_A": "floor", "column_B": "complaint_id"}
        it["schema"][0]["quality"].append(
            {**it["schema"][0]["quality"][0], "id": "floor_first", "implementation": {
                "expectation_type": "expect_column_pair_values_a_to_be_greater_than_b", "kwargs": compared}}
        )  # fmt: skip

    found = changes(contract("inputs", "complaints"), edited(tmp_path, "inputs", "complaints", edit))
    assert told(found) == {"floor added (minor)", "row.floor_first added (minor)"}


def test_a_contract_that_goes_is_refused_and_one_that_comes_is_not() -> None:
    inputs = contracts("inputs")
    fewer = {name: each for name, each in inputs.items() if name != "repairs"}
    with pytest.raises(ValueError, match="inputs/repairs"):
        check_room(inputs, fewer)
    check_room(fewer, inputs)
    assert room_changes(inputs, fewer) == {"repairs": (Change("repairs", "removed", "major"),)}
    assert room_changes(fewer, inputs) == {"repairs": (Change("repairs", "added", "minor"),)}


def test_the_version_must_rise_by_no_less_than_what_changed() -> None:
    old = replace(contract("inputs", "complaints"), version="1.2.3")
    reworded = replace(old, usage="Iets anders.")
    wider = replace(old, tolerance=0.5)
    narrower = replace(old, tolerance=0.0)
    for new, least, too_low in (
        (old, "1.2.3", "1.2.2"),
        (reworded, "1.2.4", "1.2.3"),
        (wider, "1.3.0", "1.2.9"),
        (narrower, "2.0.0", "1.99.99"),
    ):
        assert least_version(old, changes(old, new)) == least
        for high_enough in (least, "1.10.0" if least < "1.4" else "2.0.1", "10.0.0"):
            check_version(old, replace(new, version=high_enough))
        with pytest.raises(ValueError, match=f"inputs/complaints: {too_low} must be at least {least}"):
            check_version(old, replace(new, version=too_low))


# --- Any change at all -----------------------------------------------------------------------------------------------

TYPES = {
    "string": "VARCHAR", "date": "DATE", "timestamp": "TIMESTAMP", "integer": "BIGINT", "number": "DOUBLE",
    "boolean": "BOOLEAN",
}  # fmt: skip
NAMES = st.from_regex(r"new_[a-z]{1,12}", fullmatch=True)


@st.composite
def new_columns(draw: st.DrawFn) -> Column:
    logical = draw(st.sampled_from(sorted(TYPES)))
    return Column(
        name=draw(NAMES), business_name="nieuw", description="Nieuw.", logical_type=logical,
        physical_type=TYPES[logical], is_required=False, is_key=False, treatment=None, transform=None, example=None,
        vera=None, added_in=draw(st.sampled_from([None, "1.1.0"])),
    )  # fmt: skip


@st.composite
def edits(draw: st.DrawFn) -> tuple[Contract, Contract, bool]:
    """A contract, the contract after some changes, and whether one of them was a column removed or retyped."""
    old = new = draw(st.sampled_from(EVERY))
    is_broken = False
    for _ in range(draw(st.integers(1, 4))):
        match draw(st.sampled_from(["add", "remove", "retype", "reword", "patch"])):
            case "add":
                column = draw(new_columns())
                if column.name not in new.column_names:
                    new = with_column(new, column)
            case "remove":
                name = draw(st.sampled_from(old.column_names))
                new, is_broken = without_column(new, name), True
            case "retype":
                column = draw(st.sampled_from(old.columns))
                logical = draw(st.sampled_from(sorted(set(TYPES) - {column.logical_type})))
                retyped = replace(column, logical_type=logical, physical_type=TYPES[logical])
                if column.name in new.column_names:
                    new = replace(new, columns=tuple(retyped if c.name == column.name else c for c in new.columns))
                    is_broken = True
            case "reword":
                new = replace(new, limitations=draw(st.text(min_size=1, max_size=20)))
            case _:
                new = replace(new, title=draw(st.text(max_size=20)))
    return old, new, is_broken


@settings(max_examples=100, deadline=None)
@given(each=edits())
def test_a_column_removed_or_retyped_never_passes_as_compatible(each: tuple[Contract, Contract, bool]) -> None:
    old, new, is_broken = each
    found = changes(old, new)
    assert any(change.needs == "major" for change in found) == is_broken
    least = least_version(old, found)
    check_version(old, replace(new, version=least))
    if found:
        with pytest.raises(ValueError, match="must be at least"):
            check_version(old, replace(new, version=old.version))
    if new.room in OURS:
        # Whoever reads by the old contract: `_can_read` takes what was made, and what the reader knows.
        assert _can_read(least, old.version) == (not is_broken)
        # And today's reader over an older week: not where it would ask for columns that the week does not have.
        grew = any(change.needs != "patch" for change in found)
        assert _can_read(old.version, least) == (not grew)


@settings(max_examples=40, deadline=None)
@given(old=st.sampled_from(EVERY), columns=st.lists(new_columns(), min_size=1, max_size=3, unique_by=lambda c: c.name))
def test_optional_columns_more_are_always_compatible(old: Contract, columns: list[Column]) -> None:
    new = replace(old, columns=(*old.columns, *columns))
    assert told(changes(old, new)) == {f"{each.name} added (minor)" for each in columns}
    # And the way back never is.
    assert {each.needs for each in changes(new, old)} == {"major"}


WORDS = st.lists(st.sampled_from(["a", "b", "c", "d'e", "f, g"]), min_size=1, max_size=5, unique=True)
LIMITS = st.tuples(st.none() | st.integers(-5, 5), st.none() | st.integers(-5, 5)).filter(
    lambda each: any(x is not None for x in each)
)


def of_words(words: list[str]) -> str:
    return f"coalesce(it in ({', '.join(quoted(each) for each in words)}), true)"


def of_limits(limits: tuple[int | None, int | None]) -> str:
    parts = [f"it {sign} {limit}" for sign, limit in zip((">=", "<="), limits, strict=True) if limit is not None]
    return f"coalesce({' and '.join(parts)}, true)"


@settings(max_examples=80, deadline=None)
@given(
    predicates=st.one_of(
        st.tuples(st.just("['a', 'b', 'c', 'd''e', 'f, g', 'z', null]"), WORDS.map(of_words), WORDS.map(of_words)),
        st.tuples(st.just("[*range(-6, 7), null]"), LIMITS.map(of_limits), LIMITS.map(of_limits)),
    )
)
def test_a_rule_is_called_wider_only_where_it_lets_all_through_that_it_did(predicates: tuple[str, str, str]) -> None:
    values, before, after = predicates
    values = values.replace("[*range(-6, 7), null]", f"[{', '.join(map(str, range(-6, 7)))}, null]")
    with duckdb.connect() as con:
        rows = con.execute(f"select {before}, {after} from (select unnest({values}) as it)").fetchall()
    lost, won = any(old and not new for old, new in rows), any(new and not old for old, new in rows)
    said = direction(RowRule("it.rule", before, 0.0), RowRule("it.rule", after, 0.0))
    if said == "wider":
        assert not lost
    elif said == "narrower":
        assert not won
    elif said == "same":
        assert not lost
        assert not won
    else:
        # Two ranges that share nothing inside -6..6 may still be wider outside it; where words differ it shows.
        assert (lost and won) or "in (" not in before
