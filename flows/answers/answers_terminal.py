"""What a weekly run says of the answers folder: one line of sums, and one sentence per problem."""

from __future__ import annotations

from collections.abc import Iterator

from flows.answers.account import AnswersAccount
from flows.ingest import Account
from flows.language import Language


def answer_lines(accounts: tuple[Account, ...], language: Language) -> Iterator[str]:
    """The lines; none if the folder is empty, or if its files were not read because the source stopped before."""
    for source in accounts:
        if source.answers is not None:
            yield from _lines(source.answers, language)


def _lines(account: AnswersAccount, language: Language) -> Iterator[str]:
    if not account.is_there:
        yield language.say("answers.no_folder", folder=account.folder)
        return
    if not account.files:
        return
    yield "; ".join(_sums(account, language)) + "."
    for file in account.files:
        yield from (language.tell(problem) for problem in file.problems)


def _sums(account: AnswersAccount, language: Language) -> Iterator[str]:
    say = language.say
    states = [file.state for file in account.files]
    if "waiting" in states:
        yield say("answers.waiting", count=states.count("waiting"))
    else:
        answers = say("answers.answers", count=account.total("n_answers"))
        yield say("answers.told", answers=answers, count=account.n_giving)
    told = (
        ("empty", account.total("n_empty")),
        ("completing", account.total("n_completing")),
        ("replaced", account.total("n_replaced")),
        ("copies", account.total("n_copies")),
        ("set_apart", account.total("n_set_apart")),
        ("no_answer", states.count("no_answer")),
        ("unreadable", states.count("unreadable")),
        ("ignored", states.count("ignored")),
    )
    for name, count in told:
        if count:
            yield say(f"answers.sum.{name}", count=count)
