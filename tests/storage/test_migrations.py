"""Migrations: exactly the tables of storage.tables, whoever runs them and however often."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from storage import upgrade as upgrading
from storage.engine import BUSY_SECONDS, make_engine
from storage.store import Store
from storage.tables import leads, metadata
from storage.upgrade import NewerDatabase, head, upgrade, version
from tests.databases import SQLITE, only_sqlite
from tests.storage.making import NOON, at_once

ROOT = Path(__file__).parents[2]
UPGRADER = """
import sys
from storage.engine import make_engine
from storage.upgrade import upgrade
print("ready", flush=True)
sys.stdin.readline()
engine = make_engine(sys.argv[1])
upgrade(engine)
engine.dispose()
"""


def indexes(connection: Connection) -> set[str]:
    if connection.dialect.name == SQLITE:
        query = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        query = (
            "SELECT indexdef FROM pg_indexes"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
    return {" ".join(str(row[0]).split()) for row in connection.execute(text(query))}


def constraints(engine: Engine) -> dict[str, object]:
    look = inspect(engine)
    return {
        table: (
            look.get_pk_constraint(table)["constrained_columns"],
            sorted(map(str, look.get_foreign_keys(table))),
            sorted(str(one["column_names"]) for one in look.get_unique_constraints(table)),
            sorted(
                (one["name"], str(one["type"]), one["nullable"], str(one["default"]))
                for one in look.get_columns(table)
            ),
        )
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def connect_once(engine: Engine) -> None:
    engine.connect().close()


def set_version(engine: Engine, number: str) -> None:
    with engine.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :one"), {"one": number})
        connection.commit()


class TestUpgrade:
    def test_leaves_nothing_for_alembic_to_add(self, engine: Engine):
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []

    def test_makes_the_very_indexes_of_the_tables(self, engine: Engine, blank_engine: Engine):
        metadata.create_all(blank_engine)
        with engine.connect() as migrated, blank_engine.connect() as made:
            assert indexes(migrated) == indexes(made)

    def test_makes_the_very_keys_of_the_tables(self, engine: Engine, blank_engine: Engine):
        metadata.create_all(blank_engine)
        assert constraints(engine) == constraints(blank_engine)

    @pytest.mark.parametrize(
        ("name", "predicate"),
        [
            ("ix_leads_phone", "phone_e164"),
            ("ix_leads_email", "email_key"),
            ("ix_leads_working", "working"),
            ("ix_leads_queue", "working"),
            ("ix_leads_group", "working"),
            ("ix_leads_mailing", "mailing_list"),
            ("ix_messages_ref", "ref"),
            ("ix_intake_open", "received"),
            ("uq_intake_once", "once_key"),
            ("ix_lead_sources_external", "external_id"),
            ("uq_followups_open", "open"),
            ("ix_followups_nag", "open"),
            ("uq_outbox_collapse", "waiting"),
            ("ix_outbox_due", "waiting"),
            ("ix_outbox_leased", "leased"),
            ("ix_outbox_attempt", "NOT NULL"),
            ("ix_outbox_dead", "dead"),
            ("ix_intake_aside", "quarantined"),
        ],
    )
    def test_makes_partial_indexes(self, engine: Engine, name: str, predicate: str):
        with engine.connect() as connection:
            [found] = [one for one in indexes(connection) if f" {name} " in one]
        assert predicate in found.partition(" WHERE ")[2]

    def test_twice_changes_nothing(self, engine: Engine, store: Store):
        before = constraints(engine)
        upgrade(engine)
        assert constraints(engine) == before
        assert version(engine) == head()

    def test_gives_an_empty_database_its_version(self, blank_engine: Engine):
        assert version(blank_engine) == ""
        upgrade(blank_engine)
        assert version(blank_engine) == head()

    def test_by_many_threads_at_once_happens_once(self, blank_url: str):
        engines = [make_engine(blank_url) for _ in range(4)]
        raised = at_once([partial(upgrade, engine) for engine in engines])
        found = version(engines[0])
        for engine in engines:
            engine.dispose()
        assert raised == []
        assert found == head()

    @pytest.mark.slow
    def test_by_two_processes_at_once_happens_once(self, blank_url: str):
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", UPGRADER, blank_url],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for racer in racers:
            assert racer.stdout is not None
            assert racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        said = [racer.communicate(timeout=30)[1] for racer in racers]
        assert [racer.returncode for racer in racers] == [0, 0], said

    def test_refuses_a_newer_database(self, blank_engine: Engine):
        upgrade(blank_engine)
        set_version(blank_engine, "9999")
        with pytest.raises(NewerDatabase):
            upgrade(blank_engine)

    def test_leaves_a_newer_database_as_it_is(self, blank_engine: Engine):
        upgrade(blank_engine)
        before = constraints(blank_engine)
        set_version(blank_engine, "9999")
        with pytest.raises(NewerDatabase):
            upgrade(blank_engine)
        assert version(blank_engine) == "9999"
        assert constraints(blank_engine) == before

    def test_that_fails_half_way_leaves_nothing_and_no_lock(
        self, blank_engine: Engine, blank_url: str, monkeypatch: pytest.MonkeyPatch
    ):
        def half(config: object, target: str) -> None:
            connection: Connection = config.attributes["connection"]  # type: ignore[attr-defined]
            connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
            raise OSError("the power went")

        with monkeypatch.context() as patch:
            patch.setattr(command, "upgrade", half)
            with pytest.raises(OSError, match="power"):
                upgrade(blank_engine)
        other = make_engine(blank_url)
        upgrade(other)
        assert not inspect(other).has_table("half")
        other.dispose()

    def test_keeps_what_is_stored_when_run_again(self, store: Store, engine: Engine):
        with store.unit() as unit:
            unit.execute(text("INSERT INTO seen (key, at) VALUES ('a', :at)"), {"at": str(NOON)})
            unit.commit()
        upgrade(engine)
        with store.view() as view:
            assert view.execute(text("SELECT count(*) FROM seen")).scalar() == 1


class TestDowngrade:
    def test_takes_every_table_away(self, blank_engine: Engine):
        upgrade(blank_engine)
        with blank_engine.connect() as connection:
            command.downgrade(upgrading._config(connection), "base")  # noqa: SLF001
            connection.commit()
        assert set(inspect(blank_engine).get_table_names()) <= {"alembic_version"}

    def test_can_be_followed_by_an_upgrade(self, blank_engine: Engine):
        upgrade(blank_engine)
        before = constraints(blank_engine)
        with blank_engine.connect() as connection:
            command.downgrade(upgrading._config(connection), "base")  # noqa: SLF001
            connection.commit()
        upgrade(blank_engine)
        assert constraints(blank_engine) == before


def to(engine: Engine, target: str, *, down: bool = False) -> None:
    with engine.connect() as connection:
        config = upgrading._config(connection)  # noqa: SLF001
        (command.downgrade if down else command.upgrade)(config, target)
        connection.commit()


def rows(engine: Engine, query: str) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


OLD_LEAD = """
INSERT INTO leads (id, name, kind, stage, interests, phone_e164, phone_valid, email_key,
    referrer_close, opted_out, next_what, next_at, working, received_at, created_at, last_at,
    plan_step, extra)
VALUES (:id, 'Dana', :kind, 'lead', '[]', :phone, true, :email, false, :closed, :what, :at,
    :what != 'mailing_list', :then, :then, :last, :step, '{}')
"""
OLD_ATTEMPT = """
INSERT INTO attempts (id, lead_id, outcome, by, at, answered, before)
VALUES (1, 3, 'followup', 'U1', :then, true, '{}')
"""
OLD_FOLLOWUP = """
INSERT INTO followups (lead_id, rep, importance, due_at, agreed_at, state, attempt_id)
VALUES (3, 'U1', 'high', :then, :then, 'open', 1)
"""
THEN, LAST = "2026-11-21 10:00:00.000000", "2026-11-22 12:30:00.000000"
AT_TEN, A_MONTH = datetime(2026, 11, 21, 10, tzinfo=UTC), timedelta(days=30)
AT_NOON = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def old_lead(number: int, **changes: object) -> dict[str, object]:
    given: dict[str, object] = {"id": number, "kind": "warm", "phone": "", "email": "", "step": 0}
    given |= {"closed": "[]", "what": "call", "at": THEN, "then": THEN, "last": LAST}
    return given | changes


OLD_ROW = """
INSERT INTO outbox (id, kind, lane, payload, once_key, state, due_at, created_at)
VALUES (:id, :kind, 'x', '{}', :key, :state, :then, :then)
"""


def living(engine: Engine) -> dict[int, tuple[str, datetime | None, bool]]:
    """Give the next step of every lead, its moment, and whether it is worked."""
    query = select(leads.c.id, leads.c.next_what, leads.c.next_at, leads.c.working)
    with engine.connect() as connection:
        return {number: (what, at, on) for number, what, at, on in connection.execute(query)}


@pytest.fixture
def old_engine(blank_engine: Engine) -> Engine:
    """A database as the first version left it, with leads in it."""
    to(blank_engine, "0001")
    with blank_engine.connect() as connection:
        for given in (
            old_lead(1),
            old_lead(2, kind="cold", step=2),
            old_lead(3, kind="referral", what="follow_up"),
            old_lead(4, what="mailing_list", at=None, step=8),
            old_lead(5, closed='["sms", "email"]', phone="+972522345678", email="d@x.com"),
            old_lead(6, closed='["calls"]', phone="+972522345679", email="e@x.com"),
            old_lead(7, what="mailing_list", at=None, last=None),
        ):
            connection.execute(text(OLD_LEAD), given)
        connection.execute(text(OLD_ATTEMPT), {"then": THEN})
        connection.execute(text(OLD_FOLLOWUP), {"then": THEN})
        connection.commit()
    return blank_engine


class TestFromTheFirstVersion:
    def test_gives_every_lead_its_place_in_the_queue_and_its_tier(self, old_engine: Engine):
        upgrade(old_engine)
        assert rows(old_engine, "SELECT id, queue, tier, importance FROM leads ORDER BY id") == [
            (1, "fresh", "B", ""),
            (2, "planned", "C", ""),
            (3, "high_followup", "A", "high"),
            (4, "planned", "B", ""),
            (5, "fresh", "B", ""),
            (6, "fresh", "B", ""),
            (7, "fresh", "B", ""),
        ]

    def test_begins_a_plan_that_had_begun_with_its_last_call(self, old_engine: Engine):
        upgrade(old_engine)
        began = rows(old_engine, "SELECT id FROM leads WHERE plan_at IS NOT NULL ORDER BY id")
        assert began == [(2,), (4,)]

    def test_writes_to_the_mailing_list_a_month_after_it_heard_of_us(self, old_engine: Engine):
        upgrade(old_engine)
        found = living(old_engine)
        assert found[4] == ("mailing_list", AT_NOON + A_MONTH, False)
        assert found[7] == ("mailing_list", AT_TEN + A_MONTH, False)

    def test_calls_nobody_who_refused_calls(self, old_engine: Engine):
        with old_engine.connect() as connection:
            connection.execute(text("UPDATE leads SET opted_out = '[\"calls\"]' WHERE id = 3"))
            connection.commit()
        upgrade(old_engine)
        found = living(old_engine)
        assert found[3] == found[6] == ("mailing_list", AT_NOON + A_MONTH, False)
        assert rows(old_engine, "SELECT lead_id, state FROM followups") == [(3, "ended")]

    @pytest.mark.parametrize("times", [1, 2])
    def test_gives_every_lead_a_next_step_and_a_day(self, old_engine: Engine, times: int):
        upgrade(old_engine)
        before = living(old_engine)
        assert all(what != "none" and at for what, at, _ in before.values())
        for _ in range(times - 1):
            to(old_engine, "0001", down=True)
            upgrade(old_engine)
        assert living(old_engine) == before

    def test_keeps_what_people_asked_for_by_number_and_address(self, old_engine: Engine):
        upgrade(old_engine)
        found = rows(old_engine, "SELECT address, channel, lead_id FROM optouts")
        assert sorted(map(str, found)) == [
            "('+972522345678', 'email', 5)",
            "('+972522345678', 'sms', 5)",
            "('+972522345679', 'calls', 6)",
            "('d@x.com', 'email', 5)",
            "('d@x.com', 'sms', 5)",
            "('e@x.com', 'calls', 6)",
        ]

    def test_and_back_leaves_it_as_it_was(self, old_engine: Engine):
        columns = "id, kind, stage, next_what, next_at, working, plan_step"
        query = f"SELECT {columns} FROM leads WHERE id != 6 ORDER BY id"
        before, shape = rows(old_engine, query), constraints(old_engine)
        with old_engine.connect() as connection:
            indexed = indexes(connection)
        upgrade(old_engine)
        to(old_engine, "0001", down=True)
        assert (rows(old_engine, query), constraints(old_engine)) == (before, shape)
        with old_engine.connect() as connection:
            assert indexes(connection) == indexed

    def test_and_back_ends_the_mailing_of_the_lost(self, old_engine: Engine):
        upgrade(old_engine)
        with old_engine.connect() as connection:
            connection.execute(
                text("UPDATE leads SET stage = 'lost', next_what = 'mailing_list' WHERE id = 1")
            )
            connection.commit()
        to(old_engine, "0001", down=True)
        found = rows(old_engine, "SELECT next_what, next_at FROM leads WHERE id = 1")
        assert found == [("none", None)]

    def test_and_back_sends_nothing_that_the_older_program_can_not_read(self, old_engine: Engine):
        upgrade(old_engine)
        waiting = [("sms", "sms:sms_first:1"), ("tell_owner", None), ("post_card", "card:1")]
        sent = ("email", "email:mailing_list:4:1")
        with old_engine.connect() as connection:
            for number, (kind, key) in enumerate([*waiting, sent], start=1):
                state = "sent" if (kind, key) == sent else "waiting"
                given = {"id": number, "kind": kind, "key": key, "state": state, "then": THEN}
                connection.execute(text(OLD_ROW), given)
            connection.commit()
        to(old_engine, "0001", down=True)
        assert rows(old_engine, "SELECT kind, state, once_key FROM outbox ORDER BY id") == [
            ("sms", "cancelled", "sms:sms_first:1"),
            ("tell_owner", "cancelled", None),
            ("post_card", "waiting", "card:1"),
            ("email", "sent", None),
        ]


class TestMakeEngine:
    @only_sqlite
    def test_makes_every_connection_durable(self, engine: Engine):
        held = [engine.connect() for _ in range(15)]
        for connection in held:
            found = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            }
            connection.close()
            assert found == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "busy_timeout": BUSY_SECONDS * 1000,
            }

    @only_sqlite
    def test_makes_the_writer_durable_too(self, store: Store):
        with store.unit() as unit:
            assert unit.execute(text("PRAGMA synchronous")).scalar() == 2
            assert unit.execute(text("PRAGMA foreign_keys")).scalar() == 1

    @only_sqlite
    def test_makes_the_folder_that_is_missing(self, dialect: str, tmp_path: Path):
        engine = make_engine(f"sqlite:///{tmp_path}/a/b/leads.db")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar() == 1
        engine.dispose()

    @only_sqlite
    def test_opens_a_new_file_that_others_open_too(self, dialect: str, tmp_path: Path):
        for number in range(10):
            made = [make_engine(f"sqlite:///{tmp_path}/{number}.db") for _ in range(4)]
            raised = at_once([partial(connect_once, engine) for engine in made])
            for engine in made:
                engine.dispose()
            assert raised == []

    def test_holds_to_foreign_keys(self, store: Store):
        with pytest.raises(IntegrityError), store.unit() as unit:
            unit.execute(
                text("INSERT INTO posts (lead_id, purpose) VALUES (77, 'card')"),
            )

    @only_sqlite
    def test_says_at_once_that_a_file_is_no_database(self, dialect: str, tmp_path: Path):
        (tmp_path / "note.db").write_text("this is a note" * 100, "utf-8")
        engine = make_engine(f"sqlite:///{tmp_path}/note.db")
        with pytest.raises(Exception, match="not a database") as caught:
            upgrade(engine)
        engine.dispose()
        assert not isinstance(caught.value, NewerDatabase)

    def test_gives_an_error_and_no_hang_for_a_server_that_is_not_there(self, tmp_path: Path):
        engine = create_engine(f"postgresql+psycopg://nobody:@/x?host={tmp_path}")
        with pytest.raises(OperationalError):
            engine.connect()
        engine.dispose()
