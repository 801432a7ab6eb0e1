from . import invite_page
