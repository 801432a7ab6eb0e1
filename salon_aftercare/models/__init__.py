from . import mail_activity
from . import res_company
from . import salon_followup
from . import salon_followup_plan
from . import salon_followup_step
from . import salon_visit
from . import salon_personal_data
