from . import suggestion_page
