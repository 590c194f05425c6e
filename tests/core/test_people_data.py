"""One person's data: all of it into a folder, and blanked once they have left."""

import hashlib
import io
import json

import pytest
from click.testing import CliRunner

from core import attachments, audit, cli, people_data
from core.attachments.models import Attachment
from core.audit.models import AuditRecord
from core.auth.models import Session
from core.contributions import AttachmentRule, PersonalData
from core.db import atomic, database
from core.directory.models import Person, RoleMember
from core.errors import Conflict, NotFound
from core.messaging.models import Outbox


@pytest.fixture
def known(any_house):
    """A nurse about whom something is stored everywhere, and the house."""
    house = any_house
    nurse = house.person("护士甲", staff_no="A1024", roles=["warden"], position="护士")
    house.browser(nurse)
    attachments.install([("core", AttachmentRule(kind="core.test", can_read=lambda attachment, actor: True))])
    for name, about in (("交接.txt", "core:thing:1"), ("草稿.txt", "")):
        stream = io.BytesIO(f"内容 {name}".encode())
        row = attachments.store(stream, name=name, kind="core.test", by=house.actor(nurse), site=house.site)
        if about:
            attachments.bind([row.id], about, by=nurse.id)
    Outbox.create(
        key="k",
        kind="core.x",
        site=house.site,
        person_id=nurse.id,
        about="a",
        task_id="t",
        state="sent",
        card={"main_title": {"title": "护士甲的请假"}},
    )
    audit.seal(house.platform.config.key("audit"))
    return house, nurse


def lines(folder, name):
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]


def leave(person):
    Person.update(status="left").where(Person.id == person.id).execute()
    return Person.get_by_id(person.id)


def test_an_export_holds_every_part_with_the_files_and_an_index(known, tmp_path):
    house, nurse = known
    registry = house.platform.registry

    done = people_data.export(nurse, registry, tmp_path / "A1024")

    folder = tmp_path / "A1024"
    index = json.loads((folder / "index.json").read_text("utf-8"))
    assert [part["name"] for part in index["parts"]] == [one.name for _, one in registry.personal_data]
    assert {"core.profile", "flows.instances", "miniapps.entries"} <= {
        part["name"] for part in index["parts"]
    }
    assert (done.missing, done.attachments) == ([], 2)
    profile = lines(folder, "core.profile")
    assert (profile[0]["name"], profile[0]["staff_no"]) == ("护士甲", "A1024")
    assert [row["role"] for row in profile if row["kind"] == "角色"] == ["warden"]
    assert lines(folder, "core.cards")[0]["card"] == {"main_title": {"title": "护士甲的请假"}}
    assert [row["client"] for row in lines(folder, "core.sessions")] == ["mobile"]
    assert any(row["sentence"].startswith("护士甲 上传了附件") for row in lines(folder, "core.audit"))
    for entry in index["attachments"]:
        assert hashlib.sha256((folder / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert audit.entries(None, limit=1)[0].event == "core.person.exported"


def test_an_export_hands_out_no_session_and_no_reply_code(known, tmp_path):
    house, nurse = known
    Outbox.update(response_code="rc-secret").where(Outbox.key == "k").execute()

    people_data.export(nurse, house.platform.registry, tmp_path / "out")

    text = "".join(path.read_text("utf-8") for path in (tmp_path / "out").glob("*.json*"))
    assert Session.get().token_hash not in text
    assert "rc-secret" not in text


def test_a_part_that_fails_is_named_and_the_others_are_written(known, tmp_path, monkeypatch):
    house, nurse = known

    def broken(person_id):
        raise RuntimeError("away")

    part = PersonalData(name="x.y", title="坏的", export=broken, erase=broken)
    house.platform.registry.personal_data.append(("x", part))

    done = people_data.export(nurse, house.platform.registry, tmp_path / "out")

    assert done.missing == ["坏的"]
    assert lines(tmp_path / "out", "core.profile")[0]["name"] == "护士甲"
    with pytest.raises(Conflict, match="坏的"):
        people_data.erase(leave(nurse), house.platform.registry, house.platform.config)
    assert Person.get_by_id(nurse.id).name == "护士甲"


def test_an_export_goes_over_nothing(known, tmp_path):
    house, nurse = known
    (tmp_path / "there").mkdir()

    with pytest.raises(Conflict):
        people_data.export(nurse, house.platform.registry, tmp_path / "there")


def test_only_people_who_left_are_erased(known):
    house, nurse = known

    with pytest.raises(Conflict, match="离职"):
        people_data.erase(nurse, house.platform.registry, house.platform.config)

    assert Person.get_by_id(nurse.id).name == "护士甲"


def test_erasing_takes_the_person_away_and_leaves_the_records(known):
    house, nurse = known
    config, registry = house.platform.config, house.platform.registry
    rows = AuditRecord.select().count()

    done = people_data.erase(leave(nurse), registry, config)

    row = Person.get_by_id(nurse.id)
    assert (row.name, row.userid, row.position, row.pinyin) == ("已删除", f"erased-{nurse.id}", "", "")
    assert row.staff_no == people_data.staff_mark("A1024", config) != "A1024"
    assert (Session.select().count(), RoleMember.select().count()) == (0, 0)
    assert [one.name for one in Attachment.select()] == ["交接.txt"]
    assert [card.card for card in Outbox.select()] == [None]
    assert set(done) == {one.name for _, one in registry.personal_data}
    assert AuditRecord.select().count() == rows + 1
    audit.seal(config.key("audit"))
    assert audit.verify(config.key("audit")) is None
    assert audit.entries(None, limit=1)[0].event == "core.person.erased"


def test_erasing_twice_does_no_harm(known):
    house, nurse = known
    config, registry = house.platform.config, house.platform.registry
    people_data.erase(leave(nurse), registry, config)

    again = people_data.erase(Person.get_by_id(nurse.id), registry, config)

    assert sum(again.values()) == 0
    assert Person.get_by_id(nurse.id).staff_no == people_data.staff_mark("A1024", config)
    with pytest.raises(NotFound, match="已经删除过"):
        people_data.find("A1024", config)


def test_sentences_of_the_trail_show_that_a_name_was_erased(known):
    from core.audit.phrases import people_in, sentence
    from core.directory import people

    house, nurse = known
    people_data.erase(leave(nurse), house.platform.registry, house.platform.config)
    mine = audit.entries(None, audit.Filters(event="core.attachment.", person_id=nurse.id))

    names = {key: one.name for key, one in people.by_ids(people_in(mine)).items()}

    assert {sentence(entry, names).split(" ")[0] for entry in mine} == {"已删除"}


def test_the_commands_export_ask_and_erase(known, tmp_path, monkeypatch):
    house, nurse = known

    def config(path):
        if pool := getattr(database.obj, "close_all", None):
            pool()  # each command opens the database anew
        return house.platform.config

    monkeypatch.setattr(cli, "_config", config)
    leave(nurse)

    out = CliRunner().invoke(cli.main, ["person", "export", "A1024", str(tmp_path / "out")])
    kept = CliRunner().invoke(cli.main, ["person", "erase", "A1024"], input="n\n")
    name = Person.get_by_id(nurse.id).name
    gone = CliRunner().invoke(cli.main, ["person", "erase", "A1024", "--yes"])

    assert (out.exit_code, kept.exit_code, gone.exit_code) == (0, 1, 0), out.output + gone.output
    assert "2 个附件" in out.output
    assert name == "护士甲"
    assert "通讯录资料与角色：清空" in gone.output
    with atomic():
        assert Person.get_by_id(nurse.id).name == "已删除"
