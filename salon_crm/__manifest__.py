{
    "name": "Salon: clients, bookings, visits",
    "summary": "Client files, bookings in the calendar and visits of a hair or beauty salon",
    "version": "19.0.1.0.0",
    "category": "Services/Salon",
    "author": "Salon on Odoo",
    "license": "LGPL-3",
    "depends": ["calendar", "hr", "point_of_sale"],
    "data": [],
    "demo": [],
    "assets": {},
    "installable": True,
    "application": True,
}
