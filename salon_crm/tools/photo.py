"""Photos as they may be kept: of a sensible size, upright, and without what a camera writes beside the picture."""

import contextlib
import io

# Odoo loads few of Pillow's formats by itself: these three are the ones below.
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, PngImagePlugin, UnidentifiedImageError, WebPImagePlugin

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
            photo = _plain(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError:
        raise TooLargeError from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, IndexError, MemoryError):
        raise NotAPhotoError from None
    photo.thumbnail((LONGEST, LONGEST))
    small = photo.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    return _jpeg(photo), _jpeg(small)


def _plain(image):
    """Return the bare pixels, in the colours that every screen shows alike: nothing that came with them."""
    profile = image.info.get("icc_profile")
    if profile and image.mode == "RGB":
        # A profile that nobody can read: the colours are taken as they are.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
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
