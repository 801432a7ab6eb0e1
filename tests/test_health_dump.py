"""Who steals a backup learns nothing of a client's health: neither the database nor the files hold it."""
import base64
import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from committed import environment
from sandbox.postgres import PORT, ROLE

# Told in words that stand nowhere else.
TOLD = ({"kind": "medication", "text": "takes zzisotretinoin daily, 每天服用异维甲酸胶囊"},
        {"kind": "pregnancy", "condition": "pregnant", "text": "zzpregnant with twins", "until": "2031-07-19"},
        {"kind": "scalp", "condition": "psoriasis", "text": "zzpsoriasis\nbehind the ears"})
INTAKE = "zznickel, 对镍过敏"  # told in an intake form
WORDS = ("zzbleached", "zznickel", "对镍过敏", "zzisotretinoin", "异维甲酸", "zzpregnant", "zzpsoriasis", "2031-07-19")
KNOWN = "Zzclara Zzclient"
SHOWS = "zzbleached strands"  # the note of a photo
MARK = b"zzpixels of the photo of Zzclara Zzclient"  # what the file of a photo says of itself, beside the picture


def photo():
    """Return a PNG as a client's photo is sent: noise, so that its pixels stand nowhere else."""
    import random

    noise = random.Random(19).randbytes(3 * 64 * 64)
    mark = PngImagePlugin.PngInfo()
    mark.add_text("Comment", MARK.decode())
    target = io.BytesIO()
    Image.frombytes("RGB", (64, 64), noise).save(target, "PNG", pnginfo=mark)
    return target.getvalue()


def in_all_writings(content):
    """Return how these bytes may lie in a dump or a file: as they are, as hex, and in base64 (a part that does not
    depend on what stands before it)."""
    coded = [base64.b64encode(b"x" * before + content)[4:-4] for before in range(3)]
    return [content, content.hex().encode(), *coded, *(part.hex().encode() for part in coded)]


def photo_of_a_visit(env, file):
    """Keep a photo of a visit, and another that is removed; return what is shown of them, large and small."""
    form = env["salon.consent.form"].create({"name": "Photos", "kind": "photos", "text": "<p>Yes.</p>"})
    asked = env["salon.consent.request"]._ask(file.partner_id, form, env.company, "tablet")
    asked._sign(form, {"signed_name": KNOWN})
    visit = env["salon.visit"].create({"partner_id": file.partner_id.id})
    photos = env["salon.photo"].browse(
        visit.add_photo(moment, base64.b64encode(photo()).decode(), SHOWS) for moment in ("before", "after"))
    shown, _other = visit.show_photos()["visits"][0]["photos"]
    assert shown["note"] == SHOWS
    kept = [photos[0].open_photo(), base64.b64decode(shown["thumbnail"])]
    assert all(content.startswith(b"\xff\xd8\xff") for content in kept)
    photos[1].remove()
    return kept


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
        kept = photo_of_a_visit(env, file)
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
    # Of the photo that was sent, and of what was made of it; and no row of photos begins as a JPEG does.
    sent = photo()
    parts = [MARK, sent[1000:1032], *(one[len(one) // 2:][:32] for one in kept)]
    found = [part for part in parts for content in everything for form in in_all_writings(part) if form in content]
    assert found == []
    rows = dump.split(b"\nCOPY public.salon_photo (")[1].split(b"\n\\.\n")[0]
    assert rows.count(b"\n") == 1 and b"\t\\\\x" + b"gAAAA".hex().encode() in rows
    assert not [form for one in kept for form in in_all_writings(one[:20]) if form in rows]
