"""Who steals a backup learns nothing of a client's health: neither the database nor the files hold it."""
import subprocess
from pathlib import Path

import pytest

from committed import environment
from sandbox.postgres import PORT, ROLE

# Told in words that stand nowhere else.
TOLD = ({"kind": "medication", "text": "takes zzisotretinoin daily, 每天服用异维甲酸胶囊"},
        {"kind": "pregnancy", "condition": "pregnant", "text": "zzpregnant with twins", "until": "2031-07-19"},
        {"kind": "scalp", "condition": "psoriasis", "text": "zzpsoriasis\nbehind the ears"})
INTAKE = "zznickel, 对镍过敏"  # told in an intake form
WORDS = ("zznickel", "对镍过敏", "zzisotretinoin", "异维甲酸", "zzpregnant", "zzpsoriasis", "2031-07-19")
KNOWN = "Zzclara Zzclient"


@pytest.mark.template("salon")
def test_a_dump_of_database_and_files_holds_no_plain_health_text(sandbox, database):
    """Also not what was overwritten or removed, nor in the server's log of the tables."""
    import odoo
    from odoo.modules.registry import Registry

    with environment(Registry(database)) as env:
        env = env(user=env.ref("base.user_admin"))  # a manager; the system itself is nobody
        file = env["res.partner"].create({"name": KNOWN, "is_salon_client": True}).salon_file_ids
        notes = env["salon.health.note"]
        ids = [notes.conceal(file.id, content) for content in TOLD]
        notes.conceal(file.id, TOLD[0] | {"text": "less of it"}, note_id=ids[0], version=1)
        assert [note["text"] for note in file.reveal_health("review")] == [
            "less of it", *(content["text"] for content in TOLD[1:])]
        notes.browse(ids[1]).remove()
        form = env["salon.intake.form"].create({"name": "Welcome", "question_ids": [
            (0, 0, {"name": "Allergies?", "kind": "text", "health": "sensitivity"})]})
        sheet = env["salon.intake"]._ask(file, form, env.company)
        sheet._fill({str(form.question_ids.id): {"text": INTAKE}})
        told, = sheet.with_user(env.user).reveal_health("review")
        assert told["answer"] == INTAKE
        sheet.with_user(env.user).take_over_health({one["id"]: False for one in told["proposals"]})
    dump = subprocess.run(
        [sandbox.cluster._program("pg_dump"), "-h", sandbox.cluster.socket, "-p", str(PORT), "-U", ROLE, database],
        check=True, stdout=subprocess.PIPE).stdout
    files = [path for path in Path(odoo.tools.config.filestore(database)).rglob("*") if path.is_file()]
    everything = [dump, *(path.read_bytes() for path in files)]
    assert any(KNOWN.encode() in content for content in everything), "the search itself finds nothing"
    found = [word for word in WORDS for content in everything
             for form in (word.encode(), word.encode("unicode_escape"), word.encode("utf-16-le"))
             if form in content]
    assert found == []
