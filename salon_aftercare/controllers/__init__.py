from . import suggestion_page
from . import feedback_page
