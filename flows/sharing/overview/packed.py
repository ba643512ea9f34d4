"""The shared week in few characters, so that 5,000 complexes stay a file that opens at once.

Tables become columns; what repeats becomes a place in a list. Nothing is added to what `SharedWeek` holds.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from flows.language import Language, catalogue
from flows.sharing.overview.sentences import event_sentence, flag_sentences
from flows.sharing.tier import SharedWeek
from models.quarters import Quarter
from models.streams import STREAMS, places_of

# What the browser says by itself; whole sentences about events and flags are made here.
MESSAGES = ("overview.", "explain.name.", "kind.", "source.", "stream.")
PLACED = {name: place for place, name in enumerate(stream.name for stream in STREAMS)}


def packed_week(shared: SharedWeek, language: Language) -> dict[str, Any]:
    """What the page knows of the week.

    Args:
        shared: All that may be told of the week.
        language: Of the sentences and messages.

    Returns:
        Values that JSON can hold:

        - `complexes`: a list per column; `team` is a place in `teams`, `state`, `kind` and `missing` are names.
        - `told`: `values` are the different (seen, expected, low, high), `places` one per complex, stream and quarter,
          in this order; -1 where nothing is told. An empty `seen` is fewer than five.
        - `reasons`: `values` are the different (weight, compared), `places` one per complex and stream; -1 for none.
        - `events`: `complex` and `team` are places or empty, `text` is a place in `texts`.
        - `flags`: one per complex at most, the listed one before any other, with its sentences.
    """
    ids = shared.complexes["complex_id"]
    teams = sorted({*shared.complexes["area_team"], *shared.teams["area_team"]})
    quarters = _quarters(shared)
    return {
        "language": language.code,
        "week": shared.week_name,
        "read_on": shared.read_on.isoformat(),
        "teams": teams,
        "streams": [stream.name for stream in STREAMS],
        "tells_of": [stream.tells_of for stream in STREAMS],
        "quarters": [
            {"from": each.first_day.isoformat(), "year": each.year, "number": each.number} for each in quarters
        ],
        "complexes": _complexes(shared, teams),
        "told": _told(shared, ids, quarters),
        "reasons": _reasons(shared, ids),
        "events": _events(shared, ids, teams, language),
        "flags": _flags(shared, ids, language),
        "messages": _messages(language),
    }


def _quarters(shared: SharedWeek) -> list[Quarter]:
    """The settled quarters from the first that anything is told of: years before the data began say nothing."""
    told_of = set(shared.quarters["quarter_starts_on"])
    return [each for each in shared.settled if any(day <= each.first_day for day in told_of)]


def _complexes(shared: SharedWeek, teams: list[str]) -> dict[str, list[Any]]:
    told = shared.complexes.select(
        "name",
        "homes",
        # Six decimals are a tenth of a metre.
        pl.col("latitude", "longitude").round(6),
        "state",
        id=pl.col("complex_id"),
        team=pl.col("area_team").replace_strict(teams, range(len(teams)), return_dtype=pl.Int32),
        quiet=pl.col("quiet_level"),
        worry=pl.col("worry_level"),
        kind=pl.col("silence_kind"),
        since=pl.col("since_quarter").dt.to_string("iso"),
        small=pl.col("is_too_small_to_know").cast(pl.Int32),
        missing=pl.col("missing_sources"),
    )
    return told.to_dict(as_series=False)


def _told(shared: SharedWeek, ids: pl.Series, quarters: list[Quarter]) -> dict[str, Any]:
    measures = ["seen", "expected", "low", "high"]
    days = [each.first_day for each in quarters]
    told = _of_shown(shared.quarters, ids).filter(pl.col("quarter_starts_on").is_in(days))
    values = _values(told, measures)
    places = np.full((len(ids), len(STREAMS), len(quarters)), -1)
    if len(told):
        places[
            places_of(told["complex_id"], ids),
            told["stream"].replace_strict(PLACED).to_numpy(),
            told["quarter_starts_on"].replace_strict(days, range(len(days))).to_numpy(),
        ] = _value_of(told, values, measures)
    return {"values": [list(row) for row in values.iter_rows()], "places": places.ravel().tolist()}


def _reasons(shared: SharedWeek, ids: pl.Series) -> dict[str, Any]:
    said = _of_shown(shared.reasons, ids)
    values = _values(said, ["weight", "compared"])
    places = np.full((len(ids), len(STREAMS)), -1)
    if len(said):
        places[places_of(said["complex_id"], ids), said["stream"].replace_strict(PLACED).to_numpy()] = _value_of(
            said, values, ["weight", "compared"]
        )
    return {"values": [list(row) for row in values.iter_rows()], "places": places.ravel().tolist()}


def _events(shared: SharedWeek, ids: pl.Series, teams: list[str], language: Language) -> dict[str, Any]:
    texts: dict[tuple[str, str], int] = {}
    place_of, team_of = {name: place for place, name in enumerate(ids)}, {name: at for at, name in enumerate(teams)}
    rows = []
    is_shown = pl.col("complex_id").is_null() | pl.col("complex_id").is_in(ids.implode())
    for event in shared.events.filter(is_shown).sort("occurred_on", maintain_order=True).to_dicts():
        said = (event["kind"], event_sentence(event, language))
        rows.append(
            [
                place_of.get(event["complex_id"]),
                # One of a team that no longer exists belongs to no complex here.
                team_of.get(event["area_team"], -1) if event["area_team"] is not None else None,
                event["occurred_on"].isoformat(),
                texts.setdefault(said, len(texts)),
            ]
        )
    return {"texts": [list(each) for each in texts], "rows": rows}


def _flags(shared: SharedWeek, ids: pl.Series, language: Language) -> list[dict[str, Any]]:
    place_of = {name: place for place, name in enumerate(ids)}
    found: dict[int, dict[str, Any]] = {}
    # Listed ones first, then the latest: one complex has one story to tell.
    ordered = shared.flags.sort(~pl.col("is_listed"), pl.col("status_since"), descending=[False, True])
    for flag in ordered.to_dicts():
        place = place_of.get(flag["complex_id"])
        if place is not None and place not in found:
            found[place] = {
                "complex": place,
                "is_listed": flag["is_listed"],
                "is_lot": flag["why"] == "random_draw",
                "why": language.say(f"why.{flag['why']}"),
                "status": language.say(f"status.{flag['status']}"),
                "sentences": flag_sentences(flag, language),
            }
    return [found[place] for place in sorted(found)]


def _messages(language: Language) -> dict[str, Any]:
    """One text per message, or a list of one and many."""
    found: dict[str, Any] = {}
    for each in catalogue(language.code):
        name = str(each.id if isinstance(each.id, str) else each.id[0])
        if name.startswith(MESSAGES):
            found[name] = each.string if isinstance(each.string, str) else [*(each.string or ())]
    return found


def _of_shown(rows: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return rows.filter(pl.col("complex_id").is_in(ids.implode()), pl.col("stream").is_in(list(PLACED)))


def _values(rows: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    """The different rows, the most frequent first: small numbers are short."""
    return rows.group_by(columns).len().sort("len", *columns, descending=[True] + [False] * len(columns)).drop("len")


def _value_of(rows: pl.DataFrame, values: pl.DataFrame, columns: list[str]) -> Any:
    numbered = values.with_row_index("place")
    found = rows.join(numbered, on=columns, how="left", maintain_order="left", nulls_equal=True)
    return found["place"].to_numpy()
