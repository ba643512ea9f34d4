"""The shared tier of one published week: all that may leave the analysts' hands, and nothing else.

Digests, sheets and the overview see this and never the published tables, so that an exact count, a probability, a
small complex or a safety matter cannot reach them by mistake.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cached_property

import polars as pl

from flows.results import PublishedWeek, is_blind
from flows.suspect_feeds import feeds_of, suspect_feeds
from models.blind_spots import dark_teams
from models.channels import silent_channels, unvisited
from models.disclosure import as_told, shared_reasons, shared_scores, told_week, without_threats
from models.policy import Policy
from models.quarters import TOLD, Quarter, settled_quarters
from models.weeks import WEEK, parse_week, week_name

# A month of answers is told of: long enough that nobody misses it for a holiday.
ANSWERS_TOLD = timedelta(weeks=4)
TOLD_EVENTS = ("intervention", "intake_change", "flag")
"""A visit is no event here: visits counted per place would be visits counted per colleague."""


@dataclass(frozen=True)
class Terms:
    """What an installation set for what it shares, as it was in the week.

    Attributes:
        safety_role: Whom to consult first, as people there say it; None where nothing is set.
        answers_to: Mailbox for answers; None where answers come on sheets only.
        csv_bom: Whether CSV files begin with a mark that tells old Excel versions that they are UTF-8.
    """

    safety_role: str | None = None
    answers_to: str | None = None
    csv_bom: bool = False


@dataclass(frozen=True)
class SharedWeek:
    """One week as it may be shared.

    Attributes:
        week: Monday of the week that was judged.
        run_id: The run that it was made by.
        attribution: A line that must stand with every result, or None.
        policy: The values in force that week.
        stands_of: Monday of the week of which steps, states and kinds of silence are told.
        terms: What the installation set for what it shares.
        is_blind: Whether no source could show the condition, so that nothing can be flagged.
        complexes: `complex_id`, `name`, `area_team`, `homes`, `latitude`, `longitude`, `quiet_level`, `worry_level`,
            `state`, `silence_kind`, `since_quarter`, `is_too_small_to_know`, `missing_sources`; how it stands is of the
            week `stands_of`. In use, and never one with fewer than `smallest_shown_homes`.
        quarters: Told counts of the settled quarters (`models.quarters.TOLD`); `seen` is empty for fewer than five.
        reasons: `complex_id`, `stream`, `weight`, `compared` (`models.disclosure.shared_reasons`).
        events: `complex_id`, `area_team`, `occurred_on`, `kind`, `description`; empty ids hold for all.
        flags: `flag_id`, `complex_id`, `area_team`, `name`, `homes`, `is_listed`, `rank`, `why`, `silence_kind`,
            `is_drawn`, `status`, `status_since`, `first_week`, `closed_because`, `rests_until`, `lead`, `mandate`,
            `phase`, `is_voice_back`; the week's list by team and rank, then what lives off it. No safety matter.
        answers: `flag_id`, `complex_id`, `area_team`, `name`, `reviewed_on`, `verdict`, `do_residents_report` of the
            last month, oldest first.
        sources: `source`, `state`, `last_row_on`.
        channels: `area_team` (`all` for every team), `channel`, `last_on` of channels that fell silent.
        suspect: `source`, `area_team` (`all` for every team), `channel`, `state`, `from_week`, `is_masking` of feeds
            that broke.
        dark: `area_team`, `reason` of teams of whose evenings and nights no source knows.
        teams: `area_team`, `n_complexes`, `n_unvisited`, `n_fell_off`; every team, by name.
        safety: `area_team`, `name`, `is_private_small`: never written to a table, nor shown on the overview.
    """

    week: date
    run_id: str
    attribution: str | None
    policy: Policy
    stands_of: date
    terms: Terms
    is_blind: bool
    complexes: pl.DataFrame
    quarters: pl.DataFrame
    reasons: pl.DataFrame
    events: pl.DataFrame
    flags: pl.DataFrame
    answers: pl.DataFrame
    sources: pl.DataFrame
    channels: pl.DataFrame
    suspect: pl.DataFrame
    dark: pl.DataFrame
    teams: pl.DataFrame
    safety: pl.DataFrame

    @property
    def week_name(self) -> str:
        """ISO name of the week."""
        return week_name(self.week)

    @property
    def read_on(self) -> date:
        """The Monday on which the list is read."""
        return self.week + timedelta(weeks=1)

    @cached_property
    def settled(self) -> tuple[Quarter, ...]:
        """The quarters that may be told of, oldest first."""
        return settled_quarters(self.week, self.policy)


def shared_week(published: PublishedWeek) -> SharedWeek:
    """What may be shared of a published week."""
    week, policy = parse_week(published.week_name), published.policy
    manifest = published.manifest
    scores = _scores(published)
    stands = first_published(published, told_week(week, policy))
    settled = settled_quarters(week, policy)
    complexes = _complexes(published, as_told(scores, _scores(stands)), policy)
    shown = complexes.select("complex_id")
    told = (
        published.table("quarters")
        .filter(pl.col("quarter_starts_on") >= settled[0].first_day)
        .join(shown, on="complex_id", how="semi", maintain_order="left")
    )
    if "weight" not in told.columns:
        # A week of before words were kept with their quarter.
        told = told.with_columns(weight=pl.lit(None, pl.String))
    visits, feeds = _visits(published, complexes), feeds_of(published)
    return SharedWeek(
        week=week,
        run_id=manifest["run_id"],
        attribution=manifest["attribution"],
        policy=policy,
        stands_of=parse_week(stands.week_name),
        terms=_terms(manifest.get("shared_terms", {})),
        is_blind=is_blind(published),
        complexes=complexes,
        quarters=told.select(list(TOLD)),
        reasons=shared_reasons(told, settled[-1]),
        events=_events(published, complexes),
        flags=_flags(published, complexes, scores),
        answers=_answers(published, complexes, week),
        sources=published.table("sources").select("source", "state", "last_row_on"),
        channels=silent_channels(feeds, week, policy),
        suspect=suspect_feeds(feeds),
        dark=dark_teams(feeds, policy),
        teams=_teams(published, complexes, visits, week, policy),
        safety=_safety(published),
    )


def first_published(published: PublishedWeek, since: date) -> PublishedWeek:
    """The first week from `since` on that was published beside this one, or else this one.

    As it was published then, not as it is judged now: what was learned or came in since would tell of single weeks.
    """
    week = since
    while week < parse_week(published.week_name):
        runs = sorted(published.folder.resolve().parent.glob(f"{week_name(week)}.*"))
        if runs and set(_scores(PublishedWeek(runs[-1])).columns) == set(_scores(published).columns):
            return PublishedWeek(runs[-1])
        week += WEEK
    return published


def _scores(published: PublishedWeek) -> pl.DataFrame:
    """How every complex stood in that week; of fear that only threats explain, nothing."""
    scores = published.table("scores").filter(pl.col("week") == parse_week(published.week_name))
    return without_threats(scores, published.table("reasons"))


def _terms(said: dict[str, object]) -> Terms:
    known = {each.name for each in fields(Terms)}
    return Terms(**{name: value for name, value in said.items() if name in known})  # type: ignore[arg-type]


def _complexes(published: PublishedWeek, scores: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    named = published.table("complexes").filter(pl.col("homes") >= policy.smallest_shown_homes)
    return (
        named.select("complex_id", "name", "area_team", "homes", "latitude", "longitude")
        .join(shared_scores(scores, policy), on="complex_id", maintain_order="left")
        .sort("area_team", "name", "complex_id")
    )


def _visits(published: PublishedWeek, complexes: pl.DataFrame) -> pl.DataFrame:
    visits = published.table("events").filter(pl.col("kind") == "visit").drop("area_team")
    return visits.join(complexes.select("complex_id", "area_team"), on="complex_id").select(
        "complex_id", "area_team", "occurred_on", channel="description"
    )


def _events(published: PublishedWeek, complexes: pl.DataFrame) -> pl.DataFrame:
    told = published.table("events").filter(pl.col("kind").is_in(TOLD_EVENTS))
    is_shown = pl.col("complex_id").is_null() | pl.col("complex_id").is_in(complexes["complex_id"].implode())
    return (
        told.filter(is_shown)
        .select("complex_id", "area_team", "occurred_on", "kind", "description")
        .sort("occurred_on", "complex_id", "kind", "description")
    )


def _flags(published: PublishedWeek, complexes: pl.DataFrame, scores: pl.DataFrame) -> pl.DataFrame:
    """The list and what lives off it, as if there were no safety matters: no gap in a rank, no flag that left."""
    flags = published.table("flags")
    listed = flags.filter(pl.col("why") != "safety").select(
        "flag_id", is_listed=True, is_drawn=pl.col("inclusion_probability").is_not_null()
    )
    matters = flags.filter(pl.col("why") == "safety")["complex_id"]
    goes_on = pl.col("status").is_in(["open", "impasse"]) & (pl.col("why") != "random_draw")
    named = complexes.select("complex_id", "name", "homes", "area_team")
    # What is asked about a flag is as it stands now; its complex stands on the overview as it was last told.
    kinds = scores.select("complex_id", "silence_kind")
    chance = scores.select("complex_id", "p_quiet_decline")
    return (
        published.table("lives")
        .drop("area_team")
        .join(listed, on="flag_id", how="left")
        .join(named, on="complex_id")
        .join(kinds, on="complex_id", how="left")
        .join(chance, on="complex_id", how="left")
        .with_columns(
            pl.col("is_listed").fill_null(False) | (goes_on & pl.col("complex_id").is_in(matters.implode())),
            pl.col("is_drawn").fill_null(False),
            # Who was sent by lot should look without being told what to find.
            silence_kind=pl.when(pl.col("why") != "random_draw").then("silence_kind").fill_null("unknown"),
            is_by_lot=pl.col("why") == "random_draw",
        )
        .sort("area_team", ~pl.col("is_listed"), "is_by_lot", -pl.col("p_quiet_decline"), "first_week", "flag_id")
        .with_columns(rank=pl.when("is_listed").then(pl.int_range(1, pl.len() + 1, dtype=pl.Int32).over("area_team")))
        .select(
            "flag_id",
            "complex_id",
            "area_team",
            "name",
            "homes",
            "is_listed",
            "rank",
            "why",
            "silence_kind",
            "is_drawn",
            "status",
            "status_since",
            "first_week",
            "closed_because",
            "rests_until",
            "lead",
            "mandate",
            "phase",
            "is_voice_back",
        )
    )


def _answers(published: PublishedWeek, complexes: pl.DataFrame, week: date) -> pl.DataFrame:
    since = week + timedelta(weeks=1) - ANSWERS_TOLD
    return (
        published.table("answers")
        .filter(pl.col("reviewed_on") >= since)
        # Whoever answers on the number of a safety matter has guessed it; it is not told that there is one.
        .join(published.table("lives").select("flag_id"), on="flag_id", how="semi")
        .drop("area_team")
        .join(complexes.select("complex_id", "area_team", "name"), on="complex_id")
        .select("flag_id", "complex_id", "area_team", "name", "reviewed_on", "verdict", "do_residents_report")
        .sort("area_team", "reviewed_on", "flag_id")
    )


def _teams(
    published: PublishedWeek, complexes: pl.DataFrame, visits: pl.DataFrame, week: date, policy: Policy
) -> pl.DataFrame:
    names = published.table("complexes").select(pl.col("area_team").unique().sort())
    counted = complexes.group_by("area_team").agg(n_complexes=pl.len().cast(pl.Int64))
    fell_off = published.manifest.get("fell_off", {})
    return (
        names.join(counted, on="area_team", how="left", maintain_order="left")
        .join(
            unvisited(complexes, visits, week, policy).drop("n_complexes"),
            on="area_team",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            pl.col("n_complexes", "n_unvisited").fill_null(0),
            n_fell_off=pl.col("area_team").replace_strict(fell_off, default=0, return_dtype=pl.Int64)
            if fell_off
            else pl.lit(0, pl.Int64),
        )
        .select("area_team", "n_complexes", "n_unvisited", "n_fell_off")
    )


def _safety(published: PublishedWeek) -> pl.DataFrame:
    return published.flags.filter(pl.col("why") == "safety").select(
        "area_team", "name", pl.col("is_private_small").fill_null(True)
    )
