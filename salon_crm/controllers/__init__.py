from . import public_page
from . import booking_page
from . import visit_page
from . import consent_page
from . import import_template
from . import intake_page
from . import client_export
from . import photo
