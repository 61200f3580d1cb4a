"""Addresses that were kept before providers' habits were known are matched as now (C2)."""

import pytest
from sqlalchemy import Engine, text

from rules.phones import email_key
from tests.storage.test_migrations import THEN, rows, to

OLD = ["D.Ana+x@GMail.com", "dana@googlemail.com", "d.a@walla.co.il", "a+b@outlook.com", ""]
LEAD = """
INSERT INTO leads (id, name, kind, stage, interests, phone_valid, referrer_close, opted_out,
    email, email_key, next_what, working, received_at, created_at, extra)
VALUES (:id, 'Dana', 'warm', 'lead', '[]', false, false, '[]', :email, :key, 'call', true,
    :then, :then, '{}')
"""
OPTOUT = """
INSERT INTO optouts (id, address, channel, at, actor, how)
VALUES (:id, :key, :channel, :then, '', 'page')
"""


@pytest.fixture
def old_engine(blank_engine: Engine) -> Engine:
    """A database of the version before, with addresses as they were kept then."""
    to(blank_engine, "0004")
    with blank_engine.connect() as raw:
        for number, email in enumerate(OLD, 1):
            given = {"id": number, "email": email, "key": email.lower(), "then": THEN}
            raw.execute(text(LEAD), given)
        closed = [
            ("dana@gmail.com", "email"),
            ("d.ana@gmail.com", "email"),
            ("d.ana@gmail.com", "sms"),
        ]
        for number, (key, channel) in enumerate([*closed, ("+972522345678", "sms")], 1):
            raw.execute(text(OPTOUT), {"id": number, "key": key, "channel": channel, "then": THEN})
        raw.commit()
    return blank_engine


class TestAddressesThatWereKeptC2:
    def test_are_matched_as_their_providers_read_them(self, old_engine: Engine):
        to(old_engine, "0005")
        found = [key for (key,) in rows(old_engine, "SELECT email_key FROM leads ORDER BY id")]
        assert found == [email_key(one) for one in OLD]
        assert found[0] == found[1] == "dana@gmail.com"

    def test_stay_closed_once_where_two_are_one_now(self, old_engine: Engine):
        to(old_engine, "0005")
        assert rows(old_engine, "SELECT id, address, channel FROM optouts ORDER BY id") == [
            (1, "dana@gmail.com", "email"),
            (3, "dana@gmail.com", "sms"),
            (4, "+972522345678", "sms"),
        ]

    def test_are_found_by_the_program_before_after_going_back(self, old_engine: Engine):
        to(old_engine, "0005")
        to(old_engine, "0004", down=True)
        found = rows(old_engine, "SELECT email_key FROM leads ORDER BY id")
        assert [key for (key,) in found] == [one.lower() for one in OLD]
