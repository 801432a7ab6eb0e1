from . import test_access
from . import test_membership
from . import test_migration
from . import test_points
from . import test_points_gift
from . import test_points_spending
from . import test_pos_tour
from . import test_tier
