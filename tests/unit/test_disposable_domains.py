"""The domains whose mailboxes get no trial credits: a list that the operator may replace."""

from pathlib import Path

import pytest

from yarda.accounts.domains import read_disposable_domains
from yarda.domain.email import parse_email
from yarda.errors import SettingInvalid


def test_an_operators_list_takes_the_place_of_the_one_that_comes_along(tmp_path: Path) -> None:
    mine = tmp_path / "domains.txt"
    mine.write_text("# seen in spring\nThrown.example  # and what is below it\n\n")

    domains = read_disposable_domains(mine)

    assert domains == {"thrown.example"}
    assert parse_email("dana@post.thrown.example").is_disposable(domains)
    assert not parse_email("dana@overthrown.example").is_disposable(domains)
    assert parse_email("dana@mailinator.com").is_disposable(read_disposable_domains(None))


def test_a_list_that_is_not_there_is_named_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match=r"YARDA_DISPOSABLE_DOMAINS: .*lost\.txt cannot be read"):
        read_disposable_domains(tmp_path / "lost.txt")
