"""Backup and restore: consistent while others write, whole or absent, put back only into an empty place."""

import hashlib
import io
import shutil
import tarfile
import threading
from dataclasses import replace

import psycopg
import pytest
from click.testing import CliRunner

from core import attachments, audit, backup, clock, settings
from core.attachments import files
from core.attachments.models import Blob
from core.auth.models import Session
from core.backup import archive, databases, manifest
from core.contributions import AttachmentRule
from core.db import atomic, connect, database
from core.directory.models import Person
from core.errors import Conflict, Misconfigured
from core.jobs.models import Job
from core.messaging import hold
from core.messaging.models import Outbox
from core.testing import make_config

GONE_AFTER = ("core_session", "core_sign_in", "core_token")
GROWS = ("core_audit_record", "core_setting_value")


@pytest.fixture
def lived(any_house):
    """A house with people, a session, an attachment, a running job, a card on its way, a sealed trail."""
    return fill(any_house)


@pytest.fixture
def lived_sqlite(house):
    """The same on SQLite alone, where the kind does not matter."""
    return fill(house)


def fill(house):
    nurse = house.person("护士甲")
    house.browser(nurse)
    rule = AttachmentRule(kind="core.test", can_read=lambda attachment, actor: True)
    attachments.install([("core", rule)])
    attachments.store(
        io.BytesIO("交接班记录".encode()), name="记录.txt", kind="core.test", by=nurse.id, site=house.site
    )
    Job.create(name="core_tidy_messages", effect_key="x", state="running", leased_by="db:w", leased_until=1)
    Outbox.create(key="k", kind="core.x", site=house.site, person_id=nurse.id, about="a", task_id="t")
    with atomic():
        audit.record("core.session.started", site=house.site)
    audit.seal(house.platform.config.key("audit"))
    return house


def counts(url):
    with databases.looking_at(url) as query:
        names = databases.tables(query, url)
        return {name: query(f'SELECT count(*) FROM "{name}"')[0][0] for name in names}


@pytest.fixture
def elsewhere(tmp_path, request):
    """Give an empty deployment of the same kind with the same keys: `elsewhere(house)`."""

    def make(house):
        config = house.platform.config
        folder = tmp_path / "elsewhere"
        folder.mkdir()
        shutil.copytree(config.keys_dir, folder / "keys")
        if config.database_url.startswith("sqlite"):
            return make_config(folder, f"sqlite:///{folder / 'qingban.db'}")
        cluster = request.getfixturevalue("postgres_cluster")
        cluster.execute("DROP DATABASE IF EXISTS elsewhere WITH (FORCE)")
        cluster.execute("CREATE DATABASE elsewhere")
        return make_config(folder, cluster.url("elsewhere"))

    yield make
    let_go()


def let_go():
    """Close the pool, if there is one, before another database is opened."""
    if pool := getattr(database.obj, "close_all", None):
        pool()


@pytest.mark.parametrize("name", ["night", "night.tar"])
def test_a_restored_house_is_the_house_without_what_must_not_go_on(lived, elsewhere, tmp_path, name):
    before, config = counts(lived.platform.config.database_url), elsewhere(lived)

    made = backup.make(lived.platform.config, tmp_path / name)
    done = backup.restore(config, tmp_path / name)

    after = counts(config.database_url)
    assert made.manifest.counts == before
    assert {table: rows for table, rows in after.items() if table not in (*GONE_AFTER, *GROWS)} == {
        table: rows for table, rows in before.items() if table not in (*GONE_AFTER, *GROWS)
    }
    assert [after[table] for table in GONE_AFTER] == [0, 0, 0]
    assert (done.is_sound, done.is_proven, done.lost_keys, done.bad_row) == (True, True, [], None)
    assert Person.get(Person.staff_no == "A0001").name == "护士甲"
    assert [job.state for job in Job.select().where(Job.effect_key == "x")] == ["ready"]
    assert [(card.state, card.last_error) for card in Outbox.select()] == [("superseded", "restored")]
    assert audit.entries(None, limit=1)[0].event == "core.backup.restored"
    blob = Blob.get()
    placed = config.data_dir / "attachments" / blob.path
    assert hashlib.sha256(placed.read_bytes()).hexdigest() == blob.sha256


def test_everything_acknowledged_before_the_start_is_in_the_copy(lived, tmp_path):
    stop, said = threading.Event(), []

    def work():
        while not stop.is_set():
            number = len(said)
            with atomic():
                person = Person.create(name=f"人{number}", userid=f"w{number}", site=lived.site)
                Session.create(token_hash=f"{number:064d}", person=person, client="mobile")
            said.append(number)
        database.close()

    writer = threading.Thread(target=work)
    writer.start()
    while len(said) < 5:
        stop.wait(0.01)
    known = len(said)
    try:
        made = backup.make(lived.platform.config, tmp_path / "busy")
    finally:
        stop.set()
        writer.join()

    assert made.manifest.counts["core_person"] >= 1 + known
    assert made.manifest.counts["core_session"] == made.manifest.counts["core_person"]
    if made.manifest.database == "sqlite":
        with databases.looking_at(f"sqlite:///{tmp_path / 'busy' / 'database.sqlite'}") as query:
            assert query("PRAGMA foreign_key_check") == []
            assert query("SELECT count(*) FROM core_person") == [(made.manifest.counts["core_person"],)]


def test_the_checkpoints_of_the_trail_come_along(lived_sqlite, elsewhere, tmp_path):
    config, kept = elsewhere(lived_sqlite), lived_sqlite.platform.config.data_dir / manifest.CHECKPOINTS
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"{}\n")

    backup.make(lived_sqlite.platform.config, tmp_path / "night.tar")
    backup.restore(config, tmp_path / "night.tar")

    assert (config.data_dir / manifest.CHECKPOINTS).read_bytes() == b"{}\n"


def test_a_part_that_was_changed_is_refused_before_anything_is_touched(lived_sqlite, elsewhere, tmp_path):
    config = elsewhere(lived_sqlite)
    backup.make(lived_sqlite.platform.config, tmp_path / "night")
    (tmp_path / "night" / "attachments" / Blob.get().path).write_bytes(b"other")

    with pytest.raises(Conflict, match="和清单不一致"):
        backup.restore(config, tmp_path / "night")

    assert sorted(path.name for path in config.data_dir.iterdir()) == ["keys"]


def test_a_file_that_is_no_backup_is_refused(lived_sqlite, elsewhere, tmp_path):
    config = elsewhere(lived_sqlite)
    (tmp_path / "note.tar").write_text("not a tar")
    with tarfile.open(tmp_path / "other.tar", "w"):
        pass

    for name in ("note.tar", "other.tar"):
        with pytest.raises(Conflict):
            backup.restore(config, tmp_path / name)


def test_a_manifest_that_leads_elsewhere_is_refused():
    part = {"size": 1, "sha256": "0" * 64}
    told = manifest.Manifest(
        version="0",
        made_at="",
        database="sqlite",
        migrations={},
        counts={},
        audit_rows=0,
        audit_chain="",
        keys={},
        parts={"database.sqlite": manifest.Part(**part), "../etc/passwd": manifest.Part(**part)},
    )

    with pytest.raises(Conflict, match="被改过"):
        manifest.read(told.dump())


def test_a_place_that_is_lived_in_is_not_touched(lived, tmp_path):
    config = lived.platform.config
    backup.make(config, tmp_path / "night")
    before = counts(config.database_url)

    with pytest.raises(Conflict, match="已经有内容"):
        backup.restore(config, tmp_path / "night")

    assert counts(config.database_url) == before


def test_other_attachments_in_the_way_are_not_touched(lived_sqlite, elsewhere, tmp_path):
    config = elsewhere(lived_sqlite)
    backup.make(lived_sqlite.platform.config, tmp_path / "night")
    other = config.data_dir / "attachments" / "aa" / "bb" / ("a" * 64)
    other.parent.mkdir(parents=True)
    other.write_bytes(b"mine")

    with pytest.raises(Conflict, match="别的附件"):
        backup.restore(config, tmp_path / "night")

    assert other.read_bytes() == b"mine"


def test_a_freshly_migrated_place_takes_a_backup(lived, elsewhere, tmp_path):
    from core import platform
    from core.db.migrate import upgrade

    backup.make(lived.platform.config, tmp_path / "night")
    config = elsewhere(lived)
    let_go()
    upgrade(platform.start(config).migrations)

    assert backup.restore(config, tmp_path / "night").is_sound


@pytest.mark.parametrize("name", ["night", "night.tar"])
def test_a_backup_that_breaks_off_leaves_no_half_one(lived_sqlite, tmp_path, monkeypatch, name):
    def out_of_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "path_of", out_of_space)

    with pytest.raises(OSError, match="No space"):
        backup.make(lived_sqlite.platform.config, tmp_path / name)

    assert [path.name for path in tmp_path.iterdir() if "night" in path.name] == []


def test_what_a_killed_backup_left_is_not_in_the_way(lived_sqlite, tmp_path):
    left = tmp_path / ".night.part" / "scratch"
    left.mkdir(parents=True)
    (left / "database.sqlite").write_bytes(b"half")

    backup.make(lived_sqlite.platform.config, tmp_path / "night")

    assert not left.exists()
    with archive.read(tmp_path / "night") as reader, reader.open(manifest.NAME) as file:
        assert manifest.read(file.read()).damaged == []


def test_a_damaged_attachment_is_named_and_the_rest_is_kept(lived_sqlite, tmp_path):
    blob = Blob.get()
    (lived_sqlite.platform.config.data_dir / "attachments" / blob.path).unlink()

    made = backup.make(lived_sqlite.platform.config, tmp_path / "night.tar")

    assert (made.manifest.damaged, made.manifest.attachments) == ([blob.sha256], [])


def test_keys_are_not_in_a_backup_and_are_copied_for_the_owner_alone(lived_sqlite, tmp_path):
    config = lived_sqlite.platform.config
    backup.make(config, tmp_path / "night.tar")
    whole = (tmp_path / "night.tar").read_bytes()

    written = backup.export_keys(config, tmp_path / "safe")

    assert [config.key(path.name) in whole for path in written] == [False] * 4
    assert [path.stat().st_mode & 0o777 for path in written] == [0o600] * 4
    assert backup.export_keys(config, tmp_path / "safe") == []


def test_a_restore_without_its_keys_says_so_and_works_when_told_to(lived_sqlite, elsewhere, tmp_path):
    config = elsewhere(lived_sqlite)
    shutil.rmtree(config.keys_dir)
    backup.make(lived_sqlite.platform.config, tmp_path / "night")

    with pytest.raises(Misconfigured, match="--new-keys"):
        backup.restore(config, tmp_path / "night")
    done = backup.restore(config, tmp_path / "night", new_keys=True)

    assert sorted(done.lost_keys) == ["audit", "csrf", "fields", "links"]
    assert (done.is_proven, done.is_sound) == (False, True)
    assert any("秘密设置请重填" in line for line in backup.report(done))
    assert Person.select().count() == 1


def test_a_backup_of_a_newer_qingban_is_refused(lived_sqlite, elsewhere, tmp_path):
    config = elsewhere(lived_sqlite)
    backup.make(lived_sqlite.platform.config, tmp_path / "night")
    path = tmp_path / "night" / manifest.NAME
    told = manifest.read(path.read_bytes())
    path.write_bytes(replace(told, migrations={"core": ["9999_later"]}).dump())

    with pytest.raises(Conflict, match="更新的版本"):
        backup.restore(config, tmp_path / "night")


def test_cards_are_held_until_they_are_released(lived_sqlite, monkeypatch):
    house = lived_sqlite
    Outbox.delete().where(Outbox.key == "k").execute()
    from core import jobs, messaging
    from core.contributions import Card

    text = {
        "card_type": "text_notice",
        "main_title": {"title": "通知"},
        "card_action": {"type": 1, "url": "x"},
    }
    messaging.install([("core", Card(kind="core.test", build=lambda about, reader: text))])
    with atomic():
        settings.store(house.site, hold.SETTING, True, by="")
        messaging.send_card("core.test", to=[Person.get().id], about="a", key="k2", site=house.site)

    jobs.run_now()
    held = list(house.wecom.sent)
    released = backup.release()
    jobs.run_now()

    assert (held, released, len(house.wecom.sent)) == ([], 1, 1)


def test_the_commands_speak_of_keys_and_of_releasing(lived_sqlite, elsewhere, tmp_path, monkeypatch):
    from core import cli

    there = elsewhere(lived_sqlite)
    monkeypatch.setattr(cli, "_config", lambda path: lived_sqlite.platform.config)
    made = CliRunner().invoke(cli.main, ["backup", str(tmp_path / "night.tar")])
    monkeypatch.setattr(cli, "_config", lambda path: there)
    back = CliRunner().invoke(cli.main, ["restore", str(tmp_path / "night.tar")])
    freed = CliRunner().invoke(cli.main, ["restore", "--release"])

    assert (made.exit_code, back.exit_code, freed.exit_code) == (0, 0, 0), made.output + back.output
    assert "备份里没有密钥" in made.output
    assert "全部验证通过" in back.output
    assert "1 个站点开始发卡片" in freed.output


def test_the_password_of_the_database_stays_out_of_the_command(monkeypatch):
    seen = {}

    class Done:
        returncode = 0

    def run(command, env, **_):
        seen.update(command=command, password=env["PGPASSWORD"])
        return Done()

    monkeypatch.setattr("core.backup.databases.subprocess.run", run)
    monkeypatch.setattr("core.backup.databases.find_program", lambda name: name)

    databases.run_postgres("pg_dump", "postgresql://u:s3cret@h/d", "--file=x")

    assert seen["password"] == "s3cret"
    assert not any("s3cret" in word for word in seen["command"])


def test_a_dump_that_fails_says_why(tmp_path):
    with pytest.raises((Conflict, psycopg.OperationalError)):
        databases.run_postgres("pg_restore", f"postgresql:///x?host={tmp_path}", str(tmp_path / "none"))


def test_times_of_a_backup_are_in_utc(lived_sqlite, tmp_path):
    with clock.frozen(clock.from_ms(1_795_000_000_000)):
        made = backup.make(lived_sqlite.platform.config, tmp_path / "night")

    assert made.manifest.made_at.endswith("+00:00")
    connect(lived_sqlite.platform.config.database_url)
