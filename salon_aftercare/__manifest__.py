{
    "name": "Salon: aftercare",
    "summary": "Follow-ups after each visit, so that no client is forgotten",
    "version": "19.0.1.0.0",
    "category": "Services/Salon",
    "author": "Salon on Odoo",
    "license": "LGPL-3",
    "depends": ["salon_crm"],
    "data": [],
    "demo": [],
    "installable": True,
}
