"""From delivered text to typed, checked rows: the SQL that every contract shares.

A delivery is a table of text with a row number. It becomes a staging table with the contract's types and a few
helper columns (`row_rules.py` lists them). Then good rows go on, broken ones to the quarantine, and

    rows read = kept + quarantined + already known + forgotten

holds by construction: a row that was forgotten and comes again is left out before anything of it is written down, and
each of the others gets exactly one `_fate`.
"""

from __future__ import annotations

from data_contracts.contract import Column, Contract
from data_contracts.personal import SOMEBODYS, forgotten_mark, has_true_date, is_forgotten, reporter_of, unrecognisable
from data_contracts.row_rules import quoted

DAY_FIRST = "['%d-%m-%Y %H:%M:%S', '%d-%m-%Y %H:%M', '%d-%m-%Y']"

# What people read must hold nothing that a screen obeys and nobody sees: control codes, direction marks.
SPOKEN = ("name", "area_team", "description")
UNSEEN = r"[\p{Cc}\p{Cf}\x{2028}\x{2029}]+"


def staging_select(contract: Contract, delivered: set[str], timezone: str) -> str:
    """The SELECT that types one delivery.

    Args:
        contract: An input contract.
        delivered: Names of the contract's columns that the delivery has; the others become NULL.
        timezone: Zone of timestamps that carry none, such as `Europe/Amsterdam`.

    Returns:
        SQL over a table `delivery` (`_row BIGINT`, all else VARCHAR) and what may be referred to: a table
        `known_complexes` (`complex_id`) or `known_flags` (`flag_id`). It reads the session variables `read_at` (UTC
        timestamp) and those of `data_contracts.personal`, which say what `_is_forgotten`.
    """
    cells = ",\n    ".join(_cell(column, column.name in delivered) for column in contract.columns)
    texts = ",\n    ".join(_text(column) for column in contract.columns)
    types = ",\n    ".join(f'{_typed(column, timezone)} as "{column.name}"' for column in contract.columns)
    uncast = ", ".join(
        f"case when {column.name}__text is not null and {_typed(column, timezone)} is null "
        f"then {quoted(column.name)} end"
        for column in contract.columns
        if column.logical_type != "string"
    )
    key = ", ".join(contract.key)
    content = ", ".join(f'"{name}"' for name in contract.column_names)
    has_complex = "complex_id" in contract.column_names and contract.name != "complexes"
    known = "known_complexes.complex_id is not null" if has_complex else "true"
    join = "left join known_complexes on known_complexes.complex_id = typed.complex_id" if has_complex else ""
    # A warehouse without any flag (a check, a home made anew) cannot say that one is wrong.
    flag_known = "exists (from known_flags where known_flags.flag_id = typed.flag_id) or not exists (from known_flags)"
    if "flag_id" not in contract.column_names:
        flag_known = "true"
    return f"""
with cells as (
  select _row,
    {cells}
  from delivery
),
delivered as (
  select _row,
    {texts},
    {_mark(contract)} as _mark
  from cells
),
-- Written down once: it is read three times below, and typing is what costs.
typed as materialized (
  select _row,
    {types}, _mark,
    list_filter([{uncast}]::varchar[], name -> name is not null) as _uncast
  from delivered
),
-- Keys that occur more than once are few: looking into them apart keeps the rest cheap.
doubled as (
  select {key} from typed group by {key} having count(*) > 1
),
contents as (
  -- A value that does not cast is empty by now; that makes it no copy of a row in which it is empty.
  select _row, {key}, hash({content}, _uncast) as content from typed semi join doubled using ({key})
),
copies as (
  select _row,
    -- The same row twice in one delivery is read once; the other copies are already known.
    row_number() over (partition by {key}, content order by _row) as copy,
    count(distinct content) over (partition by {key}) as versions
  from contents
),
staged as (
  select typed.*, coalesce(copies.versions, 1) as _key_versions, coalesce(copies.copy, 1) as _copy,
    {known} as _complex_is_known, ({flag_known}) as _flag_is_known,
    getvariable('read_at')::timestamp as _read_at, {_local_week(contract, timezone)} as _week
  from typed left join copies on copies._row = typed._row {join}
)
select * exclude (_mark){_without_old_notes(contract)}, {is_forgotten(contract)} as _is_forgotten from staged
"""


def original_select(contract: Contract, delivered: set[str], rows: str) -> str:
    """One JSON text per row of `rows` with its values as they came, personal columns hashed, cleaned or withheld.

    What is in the wrong column may still be about somebody: `set_apart.py` cleans it before it is kept or shown. Codes
    that may not be kept are already replaced (`transformLogic`), so the quarantine cannot hold them either.

    Args:
        contract: An input contract.
        delivered: Names of the contract's columns that the delivery has.
        rows: A SELECT of the `_row`s that are wanted; they are few, and the others are not looked at.

    Returns:
        SQL over `delivery` giving `_row` and `original`.
    """
    cells = ", ".join(_cell(column, column.name in delivered) for column in contract.columns)
    texts = ", ".join(_text(column) for column in contract.columns)
    pairs = ", ".join(
        f"{column.name} := {column.name}__text" for column in contract.columns if column.name in delivered
    )
    return f"""
with cells as (select _row, {cells} from (from delivery semi join ({rows}) using (_row))),
delivered as (select _row, {texts} from cells)
select _row, to_json(struct_pack({pairs}))::varchar as original from delivered
"""


def fate_select(contract: Contract, staging: str, raw: str) -> str:
    """One row per delivered row with the rules that it breaks and what becomes of it.

    Returns:
        SQL giving `_row`, `_rules` (VARCHAR[]) and `_fate`: `quarantined`, `already_known` or `kept`.
    """
    rules = ", ".join(f"case when not ({rule.predicate}) then {quoted(rule.id)} end" for rule in contract.rules)
    same = " and ".join(
        f"raw.{column.name} {'=' if column.is_key else 'is not distinct from'} staged.{column.name}"
        for column in contract.columns
    )
    return f"""
with judged as (
  select _row, _copy, list_filter([{rules}]::varchar[], id -> id is not null) as _rules from {staging}
),
-- A row that was withdrawn and comes back is news, so it does not count as known.
known as (
  select staged._row from {staging} as staged
  semi join (select * from {raw} where _withdrawn_at is null and _valid_until is null) as raw on {same}
)
select judged._row, judged._rules,
  case when len(judged._rules) > 0 then 'quarantined'
       when judged._copy > 1 or known._row is not null then 'already_known'
       else 'kept' end as _fate
from judged left join known on known._row = judged._row
"""


def week_of_original(contract: Contract, timezone: str) -> str:
    """SQL over `original` (see `original_select`): the local Monday of the event, NULL where it has no true date."""
    if contract.event_column is None:
        return "cast(null as date)"
    event = contract.column(contract.event_column)
    typed = _typed(event, timezone, f"(original->>{quoted(event.name)})")
    selected = f"select {typed} as {event.name}"
    return f"(select case when {has_true_date(contract)} then {_local_week(contract, timezone)} end from ({selected}))"


def treated_value_select(column: Column) -> str:
    """SQL for what becomes of a reporter on the way in, and the mark by which one who is forgotten is known.

    The parameter `value` is the reporter's key as a source writes it.
    """
    cell = _cell(column, is_delivered=True)
    return f"""
select {_text(column)}, {forgotten_mark(_plain_text(column))} as mark
from (select {cell} from (select $value::varchar as "{column.name}"))
"""


def _cell(column: Column, is_delivered: bool) -> str:
    if not is_delivered or column.treatment == "withhold":
        return f'cast(null as varchar) as "{column.name}"'
    value = f'"{column.name}"'
    if column.name in SPOKEN:
        value = f"regexp_replace({value}, '{UNSEEN}', ' ', 'g')"
    # A cell of blanks is an empty cell; NULL written out is a habit of many export tools.
    return f"nullif(nullif(trim({value}), ''), 'NULL') as \"{column.name}\""


def _text(column: Column) -> str:
    text = unrecognisable(_plain_text(column)) if column.treatment == "hash" else _plain_text(column)
    return f"{text} as {column.name}__text"


def _plain_text(column: Column) -> str:
    return column.transform or f'"{column.name}"'


def _mark(contract: Contract) -> str:
    """The mark of whoever reported, where anybody is forgotten at all; it stands in no table."""
    reporter = reporter_of(contract)
    if reporter is None:
        return "cast(null as varchar)"
    mark = forgotten_mark(_plain_text(reporter))
    return f"case when getvariable('forgotten_reporters') is not null then {mark} end"


def _without_old_notes(contract: Contract) -> str:
    """What is about a complex stays when its week is forgotten; what was typed beside it may be about somebody.

    A text without which the row says nothing is no note: what we changed about registering is about our own rules.
    """
    notes = [each.name for each in contract.columns if each.treatment in ("clean", "withhold") and not each.is_required]
    if contract.event_column is None or contract.name in SOMEBODYS or not notes:
        return ""
    is_old = f"_week < getvariable('forgotten_before')::date and {has_true_date(contract)}"
    emptied = (f"case when {is_old} then null else {name} end as {name}" for name in notes)
    return f" replace ({', '.join(emptied)})"


def _typed(column: Column, timezone: str, text: str | None = None) -> str:
    text = text or f"{column.name}__text"
    match column.logical_type:
        case "string":
            return text
        case "integer":
            # A bare cast would round 1.7 and read 1.234 as one.
            whole = f"regexp_full_match({text}, '[+-]?[0-9]+([.,]0+)?')"
            return (
                f"case when {whole} then try_cast(regexp_replace({text}, '[.,]0+$', '') as {column.physical_type}) end"
            )
        case "number":
            comma = f"case when contains({text}, '.') then {text} else replace({text}, ',', '.') end"
            return (
                f"try_cast(case when isfinite(try_cast({comma} as double)) then {comma} end as {column.physical_type})"
            )
        case "boolean":
            return (
                f"case when lower({text}) in ('true', 'ja', 'yes', '1') then true "
                f"when lower({text}) in ('false', 'nee', 'no', '0') then false end"
            )
        case "date":
            # A cast to a date alone would take whatever follows the day, and years that no timestamp can hold.
            plain = f"case when try_cast({text} as timestamp) is not null then try_cast({text} as date) end"
            return f"coalesce({plain}, try_strptime({text}, {DAY_FIRST})::date)"
        case "timestamp":
            plain = f"coalesce(try_cast({text} as timestamp), try_strptime({text}, {DAY_FIRST}))"
            zoned = f"try(try_cast({text} as timestamptz) at time zone 'UTC')"
            local = f"try(timezone({quoted(timezone)}, {plain}) at time zone 'UTC')"
            has_zone = f"regexp_matches({text}, ':[0-9.]+ ?(Z|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
            return f"case when {has_zone} then {zoned} else {local} end"
    raise ValueError(f"{column.name}: an input column cannot be of type {column.logical_type}")


def _local_week(contract: Contract, timezone: str) -> str:
    if contract.event_column is None:
        return "cast(null as date)"
    if contract.column(contract.event_column).logical_type == "date":
        return f"try(date_trunc('week', {contract.event_column})::date)"
    local = f"timezone({quoted(timezone)}, timezone('UTC', {contract.event_column}))"
    # Only years that no rule lets pass are out of its range.
    return f"try(date_trunc('week', {local})::date)"
