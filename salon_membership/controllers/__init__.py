from . import books
from . import draw_page
from . import early_page
from . import invite_page
from . import member_page
