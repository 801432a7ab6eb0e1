{
    "name": "Salon: membership",
    "summary": "Tiers and points at the Odoo point of sale, settled with the order",
    "version": "19.0.1.0.0",
    "category": "Services/Salon",
    "author": "Salon on Odoo",
    "license": "LGPL-3",
    "depends": ["salon_crm", "pos_loyalty"],
    "data": [],
    "demo": [],
    "assets": {},
    "installable": True,
}
