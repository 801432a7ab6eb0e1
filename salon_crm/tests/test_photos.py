import base64
import contextlib
import io
import warnings
from datetime import timedelta

from freezegun import freeze_time
from PIL import Image
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import salon_photo
from ..tools import photo as tool
from ..tools import vault
from .common import SalonCommon
from .health import HealthKeys
from .test_consents import ConsentCase

RED, BLUE = (200, 30, 30), (30, 30, 200)
ORIENTATION, DESCRIPTION, GPS = 0x0112, 0x010E, 0x8825
PLACE = b"zzplace"


def picture(kind="JPEG", size=(60, 40), **options):
    """Return a picture whose left half is red, and the right one blue."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def from_phone():
    """Return what a phone that was held upright makes: it lies on its side, and says where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned to the right
    exif[DESCRIPTION] = PLACE.decode()
    exif[GPS] = {1: "N", 2: (31.0, 13.0, 57.0), 3: "E", 4: (121.0, 28.0, 25.0)}
    return picture(exif=exif, comment=PLACE, quality=95)


def sent(content):
    """Return it as the screen sends it."""
    return base64.b64encode(content).decode()


class PhotoCase(HealthKeys, ConsentCase):
    """A visit of a client who agreed to photos."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.form.active = False
        cls.photos_form = cls.form.copy({"name": "Test Photos", "kind": "photos", "active": True})
        booking = cls._book((cls.cut, cls.anna))
        booking.action_salon_arrive()
        cls.visit = booking.salon_visit_ids

    def setUp(self):
        super().setUp()
        self.consent = self._sign(self.photos_form)

    def _add(self, content=None, moment="before", user=None, visit=None, note=""):
        visit = (visit or self.visit).with_user(user or self.stylist_user)
        return self.env["salon.photo"].browse(visit.add_photo(moment, sent(content or picture()), note))

    def _shown(self, user=None):
        """Return the photos that this user is shown of the visit."""
        (visit,) = self.visit.with_user(user or self.stylist_user).show_photos()["visits"]
        return visit["photos"]

    def _withdraw(self):
        self.consent.with_user(self.reception).action_withdraw()

    def _log(self):
        return self.env["salon.access.log"].search(
            [("file_id", "=", self.file.id), ("what", "=", "photos")], order="id"
        )


class TestPhotoFile(SalonCommon):
    """What of a file is kept."""

    def test_odd_words_of_a_camera_are_no_reason_to_refuse(self):
        """Cameras write what they like beside a picture: it is not rewritten, it is left out."""
        content = from_phone()
        start = content.index(b"Exif")
        self.enterContext(warnings.catch_warnings(action="ignore"))  # Pillow says what is odd
        for place in range(start + 12, start + 90):
            for value in (0, 5, 26, 84):
                odd = bytearray(content)
                odd[place] = value
                with self.subTest((place, value)), contextlib.suppress(tool.NotAPhotoError, tool.TooLargeError):
                    tool.prepare(bytes(odd))

    def test_it_is_upright_and_says_nothing_of_the_place(self):
        content = from_phone()
        with Image.open(io.BytesIO(content)) as image:
            self.assertTrue(image.getexif().get_ifd(GPS), "the picture of the test itself has no place")
            self.assertEqual(image.size, (60, 40))
        self.assertIn(PLACE, content)
        for kept in tool.prepare(content):
            with Image.open(io.BytesIO(kept)) as image:
                self.assertEqual((image.format, image.size), ("JPEG", (40, 60)))
                self.assertFalse(dict(image.getexif()))
                self.assertFalse({"exif", "comment", "xmp", "icc_profile"} & image.info.keys())
                above, below = image.getpixel((20, 10)), image.getpixel((20, 50))
            self.assertGreater(above[0], above[2], "the red half is above")
            self.assertGreater(below[2], below[0])
            self.assertNotIn(PLACE, kept)
            self.assertNotIn(b"Exif", kept)

    def test_it_is_scaled(self):
        large, small = tool.prepare(picture(size=(4000, 1000)))
        self.assertEqual(Image.open(io.BytesIO(large)).size, (2000, 500))
        self.assertEqual(Image.open(io.BytesIO(small)).size, (480, 120))
        large, _small = tool.prepare(picture(size=(30, 20)))
        self.assertEqual(Image.open(io.BytesIO(large)).size, (30, 20))

    def test_each_format(self):
        for kind in ("JPEG", "PNG", "WEBP"):
            self.assertTrue(tool.prepare(picture(kind))[0].startswith(b"\xff\xd8"))
        target = io.BytesIO()
        Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(target, "PNG")
        large, _small = tool.prepare(target.getvalue())
        self.assertEqual(Image.open(io.BytesIO(large)).getpixel((5, 5)), (255, 255, 255))
        for mode in ("L", "P", "CMYK", "1"):
            target = io.BytesIO()
            Image.new(mode, (10, 10)).save(target, "JPEG" if mode == "CMYK" else "PNG")
            self.assertTrue(tool.prepare(target.getvalue()))

    def test_no_picture(self):
        for content in (b"", b"no picture", picture("GIF"), picture("BMP"), b"<svg/>", b"%PDF-1.7", picture()[:40],
                        b"\xff\xd8\xff\xe0" + b"x" * 100, b"\x89PNG\r\n\x1a\n"):  # fmt: skip
            with self.subTest(content[:10]), self.assertRaises(tool.NotAPhotoError):
                tool.prepare(content)

    def test_too_large(self):
        with self.assertRaises(tool.TooLargeError):
            tool.prepare(b"x" * (tool.MOST_BYTES + 1))
        # Small in bytes, enormous in pixels.
        target = io.BytesIO()
        Image.new("1", (8000, 8000)).save(target, "PNG")
        self.assertLess(len(target.getvalue()), 100_000)
        with self.assertRaises(tool.TooLargeError):
            tool.prepare(target.getvalue())


@tagged("post_install", "-at_install")
class TestPhotos(PhotoCase):
    """Photos are shown to who serves the client, while the client agrees."""

    def test_one_that_was_put_in_the_place_of_another_is_not_shown(self):
        """“Before” and “after” exchanged in the database would show the contrary of what was done."""
        before, after = self._add(), self._add(moment="after")
        for column, act in (("cipher", lambda: before.with_user(self.stylist_user).open_photo()),
                            ("thumbnail", self._shown)):  # fmt: skip
            exchange = (
                f"UPDATE salon_photo one SET {column} = other.{column} FROM salon_photo other"
                " WHERE one.id IN %(ids)s AND other.id IN %(ids)s AND one.id != other.id"
            )
            self.env.flush_all()
            self.env.cr.execute(exchange, {"ids": (before.id, after.id)})
            self.env.invalidate_all()
            with self.subTest(column), self.assertRaisesRegex(UserError, "not where it was taken"):
                act()
            self.env.cr.execute(exchange, {"ids": (before.id, after.id)})
            self.env.invalidate_all()
            self.assertTrue(act())

    def test_photos_of_before_they_said_where_they_belong_are_shown(self):
        photo = self._add()
        sealed = photo.sudo()
        (content,) = sealed._unseal("large", sealed.key_id._decrypt_bytes([sealed.cipher]))
        sealed.cipher = sealed.thumbnail = sealed.key_id._encrypt_bytes(content)
        self.assertEqual(photo.with_user(self.stylist_user).open_photo(), content)
        self.assertEqual(len(self._shown()), 1)

    def test_before_and_after(self):
        first = self._add(note=" Split ends ")
        second = self._add(picture("PNG"), "after")
        shown = self._shown()
        self.assertEqual([(one["id"], one["moment"], one["note"]) for one in shown],
                         [(first.id, "before", "Split ends"), (second.id, "after", "")])  # fmt: skip
        self.assertTrue(base64.b64decode(shown[0]["thumbnail"]).startswith(b"\xff\xd8"))
        self.assertTrue(first.with_user(self.manager).open_photo("review").startswith(b"\xff\xd8"))
        first.with_user(self.stylist_user).describe("")
        self.assertEqual(self._shown()[0]["note"], "")
        first.with_user(self.stylist_user).remove()
        self.assertFalse(first.exists())
        log = self._log()
        self.assertEqual(log.mapped("operation"), ["change", "change", "read", "read", "change", "read", "remove"])
        self.assertEqual((log[2].records, log[3].purpose, log[3].created_by), (2, "review", self.manager.id))

    def test_it_lies_encrypted_and_in_no_file(self):
        before = self.env["ir.attachment"].sudo().search_count([])
        photo = self._add(note="zzends").sudo()
        self.env.flush_all()
        self.env.cr.execute("SELECT cipher, thumbnail, note FROM salon_photo WHERE id = %s", [photo.id])
        for value in self.env.cr.fetchone():
            value = value.encode() if isinstance(value, str) else bytes(value)
            self.assertTrue(value.startswith(b"gAAAA"), "a token of Fernet")
            self.assertNotIn(b"zzends", value)
        self.assertEqual(self.env["ir.attachment"].sudo().search_count([]), before)

    def test_no_other_way_leads_to_it(self):
        photo = self._add()
        for user in (self.stylist_user, self.manager):
            user.group_ids |= self.env.ref("base.group_allow_export")
            photos = self.env["salon.photo"].with_user(user)
            for act in (
                lambda photos=photos: photos.search([]),
                lambda photos=photos: photos.browse(photo.id).read(["cipher"]),
                lambda photos=photos: photos.browse(photo.id).export_data(["cipher"]),
                lambda photos=photos: photos._read_group([], ["moment"]),
                lambda photos=photos: photos.browse(photo.id).write({"moment": "after"}),
                lambda photos=photos: photos.browse(photo.id).unlink(),
                lambda user=user: self.visit.with_user(user).read(["photo_ids"]),
                lambda user=user: self.env["salon.visit"].with_user(user).search([("photo_ids.cipher", "!=", False)]),
            ):
                with self.assertRaises(AccessError):
                    act()
            self.assertNotIn("photo_ids", self.env["salon.visit"].with_user(user).fields_get())

    def test_who_may(self):
        photo = self._add()
        for user in (self.other_stylist_user, self.reception, self.plain_user):
            visit, file = self.visit.with_user(user), self.file.with_user(user)
            for act in (
                visit.show_photos,
                file.show_photos,
                file.remove_photos,
                photo.with_user(user).open_photo,
                photo.with_user(user).remove,
                lambda user=user: photo.with_user(user).describe("x"),
                lambda user=user: self._add(user=user),
            ):
                with self.subTest(f"{user.login} {act}"), self.assertRaises(AccessError):
                    act()
        self.assertEqual(self.visit.with_user(self.reception).photo_status()["may"], False)
        self.assertEqual(self.file.with_user(self.reception).photo_status()["count"], 0)
        self.assertEqual(len(self._log()), 1)
        # Who serves the client now may see how it was then.
        self._book((self.cut, self.ben), minutes=300, user=self.reception)
        self.assertEqual(len(self.file.with_user(self.other_stylist_user).show_photos()["visits"]), 1)

    def test_other_companies_see_none(self):
        photo = self._add()
        company = self.env["res.company"].create({"name": "Second Salon"})
        elsewhere = new_test_user(self.env, "manager_2", "salon_crm.group_salon_manager")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        with self.assertRaises(AccessError):
            photo.with_user(elsewhere).open_photo()
        with self.assertRaises(AccessError):
            self.visit.with_user(elsewhere).show_photos()
        self.assertEqual(self.file.with_user(elsewhere).photo_status()["count"], 0)
        self.assertEqual(self.file.with_user(elsewhere).show_photos()["visits"], [])
        # What was signed for another company is none here.
        self.photos_form.company_id = company
        with self.assertRaisesRegex(UserError, "has not agreed|no form for it yet"):
            photo.with_user(self.manager).open_photo()

    # Consent ------------------------------------------------------------------------------------------------

    def test_without_consent_none_is_taken(self):
        self._withdraw()
        with self.assertRaisesRegex(UserError, "Clara Client has not agreed to photos"):
            self._add()
        self.assertFalse(self.env["salon.photo"].sudo().search([("visit_id", "=", self.visit.id)]))
        self.assertIn("Ask for the consent", self.visit.with_user(self.stylist_user).photo_status()["refusal"])
        action = self.file.with_user(self.stylist_user).action_ask_photo_consent()
        self.assertEqual(
            action["context"]["default_form_ids"], [(6, 0, self.env["salon.photo"]._forms(self.env.company).ids)]
        )
        ask = self.env["salon.consent.ask"].with_user(self.stylist_user).with_context(**action["context"]).create({})
        self.assertIn(self.photos_form, ask.form_ids)
        nobody = self.env["salon.visit"].with_user(self.manager).create({})
        with self.assertRaisesRegex(UserError, "Say who the client is first"):
            self._add(user=self.manager, visit=nobody)

    def test_none_is_shown_after_the_consent_ended_or_was_taken_back(self):
        photo = self._add()
        with freeze_time(fields.Datetime.now() + timedelta(days=400)), self.assertRaisesRegex(UserError, "any more"):
            photo.with_user(self.stylist_user).open_photo()
        self._shown()
        self._withdraw()
        for act in (
            lambda: photo.with_user(self.stylist_user).open_photo(),
            lambda: photo.with_user(self.stylist_user).describe("x"),
            self.visit.with_user(self.stylist_user).show_photos,
            self.file.with_user(self.manager).show_photos,
        ):
            with self.assertRaisesRegex(UserError, "Ask for the consent"):
                act()
        self._sign(self.photos_form)
        self.assertEqual(len(self._shown()), 1)

    def test_a_manager_removes_the_photos_of_who_took_the_consent_back(self):
        photo = self._add()
        self._lock()
        file = self.file.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "agrees to photos"):
            file.remove_photos()
        self._withdraw()
        self.assertTrue(file.photo_status()["may_remove"])
        self.assertFalse(self.file.with_user(self.stylist_user).photo_status()["may_remove"])
        with self.assertRaises(AccessError):
            self.file.with_user(self.stylist_user).remove_photos()
        file.remove_photos()
        self.assertFalse(photo.exists())
        self.assertEqual(self._log()[-1].operation, "remove")
        self.assertFalse(file.photo_status()["may_remove"])
        self.assertEqual(self._unlocked(), "off")

    def _unlocked(self):
        self.env.cr.execute("SELECT current_setting('salon.unlock', true)")
        return self.env.cr.fetchone()[0]

    # What is no photo ---------------------------------------------------------------------------------------

    def test_what_is_no_photo_is_said(self):
        visit = self.visit.with_user(self.stylist_user)
        for moment, content, sentence in (
            ("before", sent(b"no picture"), "no photo that can be kept"),
            ("before", "not base64!", "no photo that can be kept"),
            ("before", "", "no photo that can be kept"),
            ("before", None, "no photo that can be kept"),
            ("before", "é", "no photo that can be kept"),
            ("before", "A" * (tool.MOST_BYTES * 4 // 3 + 8), "too large"),
            ("during", sent(picture()), "before or after"),
            (None, sent(picture()), "before or after"),
        ):
            with self.subTest(sentence, content=(content or "")[:10]), self.assertRaisesRegex(UserError, sentence):
                visit.add_photo(moment, content)
        with self.assertRaisesRegex(UserError, "at most 500"):
            self._add(note="x" * 501)
        with self.assertRaisesRegex(UserError, "Say what you need"):
            self._add().with_user(self.stylist_user).open_photo("curiosity")

    def test_a_visit_has_so_many(self):
        self.patch(salon_photo, "MOST", 2)
        self._add()
        self._add()
        with self.assertRaisesRegex(UserError, "at most 2 photos"):
            self._add()

    # Keys ---------------------------------------------------------------------------------------------------

    def test_missing_and_wrong_keys_are_said_and_nothing_is_lost(self):
        photo = self._add()
        self.env.invalidate_all()
        for keys, sentence in (([], "no key for health notes and photos"), ([vault.new_key()], "does not open")):
            self._keys(*keys)
            for act in (photo.with_user(self.stylist_user).open_photo, self._shown, self._add):
                with self.assertRaisesRegex(UserError, sentence):
                    act()
        self._keys(self.master)
        self.assertTrue(photo.with_user(self.stylist_user).open_photo())
        new = vault.new_key()
        self._keys(new, self.master)
        self.env["salon.health.key"].rotate()
        self._keys(new)
        self.assertTrue(photo.with_user(self.stylist_user).open_photo())

    # The visit ----------------------------------------------------------------------------------------------

    def _lock(self):
        self.env.flush_all()
        self.visit.with_user(self.manager).action_done()
        self.visit.sudo().locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.env.invalidate_all()

    def test_a_locked_visit_keeps_its_photos(self):
        photo = self._add()
        self._lock()
        for act in (self._add, photo.with_user(self.stylist_user).remove,
                    lambda: photo.with_user(self.stylist_user).describe("x")):  # fmt: skip
            with self.assertRaisesRegex(UserError, "can't be changed any more"):
                act()
        for statement in (
            "UPDATE salon_photo SET moment = 'after' WHERE id = %s",
            "DELETE FROM salon_photo WHERE id = %s",
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.cr.execute(statement, [photo.id])
        self.assertEqual(len(self._shown()), 1)

    def test_photos_stay_with_their_client(self):
        visit = self.env["salon.visit"].create({"partner_id": self.client.id})
        self._add(visit=visit, user=self.manager)
        with self.assertRaisesRegex(UserError, "There are photos of Clara Client"):
            visit.partner_id = self.friend
        visit.with_user(self.manager).unlink()
        self.assertEqual(self._log()[-1].operation, "remove")

    def test_over_time(self):
        self._add()
        visits = self.env["salon.visit"].create(
            [
                {"partner_id": self.client.id, "date": fields.Datetime.now() - timedelta(days=day)}
                for day in range(1, 12)
            ]
        )
        for visit in visits:
            self._add(visit=visit, user=self.manager)
        file = self.file.with_user(self.manager)
        page = file.show_photos()
        rest = file.show_photos(offset=10)
        self.assertEqual([len(page["visits"]), page["more"], len(rest["visits"]), rest["more"]], [10, True, 2, False])
        dates = [visit["date"] for visit in page["visits"] + rest["visits"]]
        self.assertEqual(dates, sorted(dates, reverse=True))
        self.assertEqual(file.photo_status()["count"], 12)

    # The file -----------------------------------------------------------------------------------------------

    def test_merged_files_keep_the_photos_of_both(self):
        self._sign(self.photos_form, client=self.friend)
        theirs = self.env["salon.visit"].create({"partner_id": self.friend.id})
        photos = self._add(note="mine") + self._add(visit=theirs, user=self.manager, note="theirs")
        self._lock()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.friend).ids, self.friend)
        self.env.invalidate_all()
        shown = self.friend.salon_file_ids.with_user(self.manager).show_photos()["visits"]
        self.assertEqual({photo["note"] for visit in shown for photo in visit["photos"]}, {"mine", "theirs"})
        for photo in photos:
            self.assertTrue(photo.with_user(self.manager).open_photo())

    def test_who_is_erased_leaves_none(self):
        photo = self._add().sudo()
        key, cipher = photo.key_id, photo.cipher
        self._lock()
        with self.assertRaisesRegex(UserError, "stays"):
            self.file.unlink()
        self.file.with_user(self.manager)._erase_health()
        self.assertFalse(photo.exists())
        with self.assertRaisesRegex(UserError, "was erased"):
            key._decrypt_bytes([cipher])
        self.assertIn("erase", self._log().mapped("operation"))


@tagged("post_install", "-at_install")
class TestPhotoRoute(PhotoCase, HttpCase):
    def _get(self, photo_id, user, query=""):
        self.authenticate(user and user.login, user and user.login)
        return self.url_open(f"/salon/photo/{photo_id}{query}", allow_redirects=False)

    def test_it_gives_the_photo_and_nothing_keeps_it(self):
        photo = self._add()
        answer = self._get(photo.id, self.stylist_user, "?purpose=consultation")
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "image/jpeg"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store, private")
        self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(Image.open(io.BytesIO(answer.content)).size, (60, 40))
        self.assertEqual((self._log()[-1].operation, self._log()[-1].purpose), ("read", "consultation"))

    def test_who_may_not_know_hears_that_there_is_none(self):
        photo = self._add()
        portal = new_test_user(self.env, "photo_portal", "base.group_portal")
        gone = self._add()
        gone.with_user(self.manager).remove()
        for user in (self.other_stylist_user, self.reception, self.plain_user, portal):
            self.assertEqual(self._get(photo.id, user).status_code, 404, user.login)
        for wrong in (gone.id, 0, 2**31, 10**30, "x", "-1", f"{photo.id}.jpg"):
            self.assertEqual(self._get(wrong, self.manager).status_code, 404, wrong)
        answer = self._get(photo.id, None)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])
        self.assertFalse(self._log().filtered(lambda line: line.operation == "read"))

    def test_why_it_is_not_shown_is_said_to_who_may_know(self):
        photo = self._add()
        answer = self._get(photo.id, self.stylist_user, "?purpose=curiosity")
        self.assertEqual((answer.status_code, answer.headers["Cache-Control"]), (403, "no-store, private"))
        self.assertIn("Choose one of the purposes", answer.text)
        self.assertEqual(self._get(photo.id, self.stylist_user, "?purpose=a&purpose=b").status_code, 403)
        self._keys()
        answer = self._get(photo.id, self.stylist_user)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("no key", answer.text)
        self._keys(self.master)
        self._withdraw()
        answer = self._get(photo.id, self.stylist_user)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("has not agreed", answer.text)
        self.assertEqual(self._get(photo.id, self.reception).status_code, 404)

    def test_the_route_of_core_has_none(self):
        photo = self._add()
        self.authenticate(self.manager.login, self.manager.login)
        for path in (f"/web/image/salon.photo/{photo.id}/cipher", f"/web/content/salon.photo/{photo.id}/thumbnail"):
            answer = self.url_open(path)
            self.assertNotIn(b"gAAAA", answer.content)
            self.assertNotEqual(answer.headers["Content-Type"], "image/jpeg")


@tagged("post_install", "-at_install")
class TestPhotoTours(PhotoCase, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_stylist_takes_photos_on_the_phone_and_looks_at_them(self):
        self.start_tour(
            f"/odoo/salon-visits/{self.visit.id}", "salon_stylist_takes_photos", login=self.stylist_user.login
        )
        self.assertEqual(len(self._shown()), 1)
        self.start_tour(
            f"/odoo/salon-clients/{self.file.id}", "salon_stylist_sees_photos", login=self.stylist_user.login
        )
        self._withdraw()
        self.start_tour(
            f"/odoo/salon-visits/{self.visit.id}", "salon_photos_need_consent", login=self.stylist_user.login
        )
        self.start_tour(f"/odoo/salon-clients/{self.file.id}", "salon_manager_removes_photos", login=self.manager.login)
        self.assertFalse(self.env["salon.photo"].sudo().search([("visit_id", "=", self.visit.id)]))

    def test_the_front_desk_sees_no_photos(self):
        self._add()
        self.start_tour(f"/odoo/salon-visits/{self.visit.id}", "salon_desk_sees_no_photos", login=self.reception.login)
