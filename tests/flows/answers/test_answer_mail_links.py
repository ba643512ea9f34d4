"""An answer survives its way through a link, a mail program and a header, whatever the complex is called."""

from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from answer_desk import DUTCH, ENGLISH
from hypothesis import example, given
from hypothesis import strategies as st

from data_contracts.problem import Problem
from flows.answers.mail_links import SubjectAnswer, answer_links, answer_of_subject, answer_subject
from flows.answers.wording import LINKED
from flows.language import Language

FLAG = "2026-W46-C0042"
ANSWERS = [(column.name, value) for column in LINKED for value in column.choices]
PREFIXES = ("", "Re: ", "Antw: ", "FW: Fwd: ", "[EXTERN] RE: ", "Automatisch antwoord: ", "Re: Luisterpost [week 46] ")


def test_there_is_a_link_per_answer_in_the_readers_words() -> None:
    links = answer_links("antwoord@example.nl", FLAG, DUTCH)
    assert [link.word for link in links] == [
        "zorgen", "in orde", "anders", "wist ik al", "niet gekeken", "ja", "nee", "weet niet",
    ]  # fmt: skip
    assert links[0].href == "mailto:antwoord@example.nl?subject=Luisterpost%20%5B2026-W46-C0042%5D%20zorgen"
    assert unquote(links[6].href).endswith("subject=Luisterpost [2026-W46-C0042] melden: nee")
    assert [(link.column, link.value) for link in links] == ANSWERS


@given(
    flag_id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120),
    answer=st.sampled_from(ANSWERS),
    language=st.sampled_from([DUTCH, ENGLISH]),
    prefix=st.sampled_from(PREFIXES),
)
@example('2026-W46-C & "x" ][\'%20=?utf-8?q?=', ANSWERS[3], DUTCH, "Re: ")
@example("2026-W46-" + "☂" * 111, ANSWERS[7], ENGLISH, "[EXTERN] ")
def test_whatever_the_flag_is_called_the_answer_comes_back(
    flag_id: str, answer: tuple[str, str], language: Language, prefix: str
) -> None:
    link = next(
        each for each in answer_links("a&b=c?d@example.nl", flag_id, language) if (each.column, each.value) == answer
    )
    address = urlsplit(link.href)
    assert unquote(address.path) == "a&b=c?d@example.nl"
    subject = parse_qs(address.query, strict_parsing=True)["subject"][0]
    wanted = SubjectAnswer(flag_id, *answer)
    assert answer_of_subject(prefix + subject) == wanted
    for way in (policy.SMTP, policy.default.clone(max_line_length=40), policy.SMTPUTF8):
        message = EmailMessage(policy=way)
        message["Subject"] = prefix + subject
        read = message_from_bytes(message.as_bytes())
        assert answer_of_subject(str(read["Subject"])) == wanted
    for charset in ("utf-8", "utf-16-be", "iso-8859-1"):
        assert answer_of_subject(Header(prefix + subject, charset, maxlinelen=50).encode()) == wanted


@pytest.mark.parametrize(
    "subject",
    [
        "Luisterpost [2026-W46-C0042] zorgen",
        "luisterpost  [2026-W46-\r\n C0042]\r\n\tZorgen!",
        "RE: Luisterpost [2026-W46-C0042] zorgen [EXTERN]",
        "Re: Luisterpost [2026-W46-C1] in orde / Luisterpost [2026-W46-C0042] zorgen",
        "=?utf-8?b?THVpc3RlcnBvc3QgWzIwMjYtVzQ2LUMwMDQyXSB6b3JnZW4=?=",
        "Luisterpost [2026-W46-C0042] worries",
        "=?no-such-charset?q?x?= Luisterpost [2026-W46-C0042] zorgen",
    ],
)
def test_mail_programs_may_do_what_they_do(subject: str) -> None:
    assert answer_of_subject(subject) == SubjectAnswer(FLAG, "verdict", "worry")


@pytest.mark.parametrize("subject", ["", "Afwezig tot maandag", "Re: Luisterpost week 46", "Luisterpost [] zorgen"])
def test_a_mail_about_something_else_is_no_answer(subject: str) -> None:
    assert answer_of_subject(subject) is None


@pytest.mark.parametrize("said", ["", "zorgenvuldig", "melden", "misschien", "zorgen maar het valt mee"])
def test_another_word_behind_the_flag_is_told(said: str) -> None:
    with pytest.raises(Problem) as told:
        answer_of_subject(f"Luisterpost [{FLAG}] {said}")
    assert (told.value.message, told.value.figures["flag"]) == ("answers.unknown_word", FLAG)


def test_the_subject_is_plain_and_on_one_line() -> None:
    subject = answer_subject("2026-W46-C 1\n\r]☂", "verdict", "worry", DUTCH)
    assert subject == "Luisterpost [2026-W46-C%201%0A%0D%5D%E2%98%82] zorgen"
