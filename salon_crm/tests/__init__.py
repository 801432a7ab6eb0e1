from . import test_access
from . import test_availability
from . import test_booking
from . import test_till
from . import test_tours
from . import test_turn
from . import test_visit
from . import test_walk_in
