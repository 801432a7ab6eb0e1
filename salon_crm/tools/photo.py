"""Photos as they may be kept: of a sensible size, upright, and without what a camera writes beside the picture."""

import contextlib
import io
import struct

# Odoo loads few of Pillow's formats by itself: these three are the ones below.
from PIL import ExifTags, Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

FORMATS = tuple(
    plugin.format
    for plugin in (
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 50_000_000
TURN = Image.Transpose
TURNS = {  # how a picture is turned upright, by what the camera says of it
    2: TURN.FLIP_LEFT_RIGHT, 3: TURN.ROTATE_180, 4: TURN.FLIP_TOP_BOTTOM, 5: TURN.TRANSPOSE, 6: TURN.ROTATE_270,
    7: TURN.TRANSVERSE, 8: TURN.ROTATE_90,
}  # fmt: skip
# What Pillow raises over files that are none, or that somebody made to be wrong.
BROKEN = (OSError, ValueError, SyntaxError, EOFError, LookupError, MemoryError, TypeError, AttributeError, struct.error)
LONGEST = 2000  # pixels of the longer side
THUMBNAIL = 480


class NotAPhotoError(Exception):
    """This is no picture, or none of these formats."""


class TooLargeError(Exception):
    """The picture has too many bytes or pixels."""


def prepare(content):
    """Return (photo, thumbnail) as JPEG, upright, without place, device and any other note of the camera.

    :param bytes content: a JPEG, PNG or WebP file
    :raise NotAPhotoError, TooLargeError: see the classes
    """
    if len(content) > MOST_BYTES:
        raise TooLargeError
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise TooLargeError
            # A JPEG is read in a smaller size at once, where that is enough.
            image.draft("RGB", (LONGEST, LONGEST))
            photo = _plain(_upright(image))
    except Image.DecompressionBombError:
        raise TooLargeError from None
    except BROKEN:
        raise NotAPhotoError from None
    photo.thumbnail((LONGEST, LONGEST))
    small = photo.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return _jpeg(photo), _jpeg(small)


def _upright(image):
    """Return the picture as the camera was held; what it says of anything else is not even read."""
    turn = None
    with contextlib.suppress(*BROKEN):
        turn = TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    image.load()
    return image.transpose(turn) if turn is not None else image


def _plain(image):
    """Return the bare pixels, in the colours that every screen shows alike: nothing that came with them."""
    profile = image.info.get("icc_profile")
    if profile and image.mode == "RGB":
        # A profile that nobody can read: the colours are taken as they are.
        with contextlib.suppress(ImageCms.PyCMSError, *BROKEN):
            theirs = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(image, theirs, ImageCms.createProfile("sRGB"))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    plain = Image.new("RGB", image.size, "white")
    plain.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return plain


def _jpeg(image):
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85, optimize=True)
    return target.getvalue()
