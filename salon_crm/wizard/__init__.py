from . import salon_blocked_time_repeat
