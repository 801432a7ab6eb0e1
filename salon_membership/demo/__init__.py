from . import salon_sample_membership
from . import salon_sample_extras
from . import salon_sample_prepaid
from . import salon_sample_deals
