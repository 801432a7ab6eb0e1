"""What it costs to encrypt and to read a health note."""

TEXT = "Allergic contact dermatitis on both hands after hair dye, treated with a cortisone cream. " * 4


def make_file(env):
    """Make the file of a client with a key."""
    client = env["res.partner"].create({"name": "Client", "is_salon_client": True})
    file = client.salon_file_ids
    key = env["salon.health.key"]._of_file(file)
    env.cr.commit()
    return {"file": file.id, "key": key.id}


def encrypt(context):
    """Encrypt one text."""
    key = context.env["salon.health.key"].browse(context.facts["key"])
    key.sudo().wrapped  # noqa: B018 (read from the database: what is measured is the encryption)
    with context.timed():
        key._encrypt(TEXT)


PREPARE = {"with": make_file}
ROWS = [{"name": "encrypt a health note", "goal_ms": 1, "subject": ("with", encrypt)}]
