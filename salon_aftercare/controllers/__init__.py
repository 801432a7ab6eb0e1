from . import feedback_page
from . import suggestion_page
from . import survey_page
