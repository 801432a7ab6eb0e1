from . import salon_proposal
from . import salon_replan
from . import salon_replan_line
from . import salon_repeat
from . import salon_repeat_line
from . import salon_series_cancel
from . import salon_blocked_time_repeat
from . import salon_booking_cancel
