from . import timeline
from . import frame
from . import free_times
from . import chain_search
from . import party_search
from . import search
from . import roster
from . import spoken
