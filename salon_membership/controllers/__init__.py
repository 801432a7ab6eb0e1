from . import invite_page
from . import member_page
from . import draw_page
