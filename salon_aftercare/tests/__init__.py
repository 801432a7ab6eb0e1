from . import test_access
from . import test_activity
from . import test_closing
from . import test_planning
from . import test_sweep
from . import test_till
from . import test_tours
