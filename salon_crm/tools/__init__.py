from . import timeline
from . import frame
from . import free_times
from . import roster
