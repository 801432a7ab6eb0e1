from random import Random

from odoo import api, models
from odoo.fields import Command

COLOURED = ("root_colour", "full_colour", "highlights_half_head", "balayage", "toner")
# What a client wears: shades and grams of the bowls, and what was noted once.
RECIPES = (
    ((("roots", ("6/7", 30), ("6/0", 30)),), "Warm and even; five minutes longer at the temples."),
    ((("roots", ("5/0", 40)),), "Covers well."),
    ((("roots", ("7/1", 30), ("7/0", 15)), ("lengths", ("9/1", 20), ("clear", 20))), "Cool, no brass left."),
    ((("strands", ("9/16", 35)), ("lengths", ("10/8", 30))), "Lifted three tones; toner ten minutes."),
    ((("whole", ("4/65", 60), ("5/0", 20)),), "A touch too red: less 4/65 next time."),
)
AFTER_COLOUR = "Wash with the colour shampoo after two days at the earliest; the mask once a week."
AFTER_FACIAL = "No sauna and no make-up until tomorrow; sun protection every morning."
REACTIONS = ("Very happy with the tone.", "Likes how soft it feels.", "Wants it a little lighter next time.")


class SalonSampleRecord(models.AbstractModel):
    """What was mixed, found and advised in the sample salon's visits."""

    _name = "salon.sample.record"
    _description = "Sample Salon: Records of Visits"

    @api.model
    def _create_records(self, company, pairs):
        """Record formulas, diagnoses and advice of (appointment, visit) pairs that are done and can still change."""
        random = Random(21)
        services = {self.env.ref(f"salon_crm.service_{name}").product_variant_id for name in COLOURED}
        facials = {self.env.ref(f"salon_crm.service_{name}").product_variant_id for name in ("classic_facial",)}
        tube, developer = self._create_back_bar(company)
        formulas, wears = [], {}
        for _appointment, visit in pairs:
            for line in visit.line_ids.filtered(lambda line: line.product_id in services)[:1]:
                bowls, note = wears.setdefault(visit.partner_id, random.choice(RECIPES))
                formulas.append(self._prepare_formula(line, bowls, note, tube, developer, random))
        self.env["salon.formula"].create(formulas)
        coloured = [visit for _appointment, visit in pairs if visit.line_ids.product_id & self._join(services)]
        treated = [
            (appointment, visit) for appointment, visit in pairs if visit.line_ids.product_id & self._join(facials)
        ]
        for visits, advice in ((coloured, AFTER_COLOUR), ([visit for _a, visit in treated], AFTER_FACIAL)):
            self._join(visits, "salon.visit").write({"home_advice": advice, "result": "as_wished"})
            for visit in visits[::3]:
                visit.reaction = random.choice(REACTIONS)
        self._diagnose_hair(coloured[-12:])
        self._diagnose_skin(treated[-12:])

    def _join(self, records, model="product.product"):
        return self.env[model].browse(record.id for record in records)

    def _create_back_bar(self, company):
        """Return a tube of colour and a bottle of developer, bought for the bowls and not for sale."""
        values = {"type": "consu", "sale_ok": False, "company_id": company.id}
        return self.env["product.product"].create(
            [
                {**values, "name": "Cream Colour 60 ml", "standard_price": 6.4, "salon_grams_per_unit": 60},
                {**values, "name": "Cream Developer 1 l", "standard_price": 11, "salon_grams_per_unit": 1000},
            ]
        )

    def _prepare_formula(self, line, bowls, note, tube, developer, random):
        commands = []
        for zone, *shades in bowls:
            components = [
                {
                    "product_id": tube.id,
                    "shade": shade,
                    "target_grams": grams,
                    "actual_grams": grams + random.choice((0, 0, 5)),
                }
                for shade, grams in shades
            ]
            bowl = {
                "zone": zone,
                "developer_id": developer.id,
                "developer_strength": 10 if zone == "lengths" else 20,
                "minutes": 15 if zone == "lengths" else 35,
                "ratio": 1.5,
                "component_ids": [Command.create(component) for component in components],
            }
            commands.append(Command.create(bowl))
        return {"line_id": line.id, "bowl_ids": commands, "note": note if random.random() < 0.4 else False}

    def _diagnose_hair(self, visits):
        """The same visits before the service and after it."""
        mask, shampoo = (self.env.ref(f"salon_crm.{name}").product_variant_id for name in ("retail_12", "retail_01"))
        before = {"kind": "hair", "hair_type": "wavy", "thickness": "fine", "density": "medium", "porosity": "high"}
        for visit in visits:
            advice = [Command.create({"product_id": product.id}) for product in (mask, shampoo)]
            self.env["salon.diagnosis"].create(
                [
                    {
                        **before,
                        "visit_id": visit.id,
                        "damage": "2",
                        "scalp": "dry",
                        "recommendation": "A bond repair with the next colour, and a mask at home.",
                        "advice_ids": advice,
                    },
                    {
                        **before,
                        "visit_id": visit.id,
                        "moment": "after",
                        "damage": "1",
                        "porosity": "medium",
                        "scalp": "balanced",
                    },
                ]
            )

    def _diagnose_skin(self, pairs):
        problems = [self.env.ref(f"salon_crm.skin_problem_{name}") for name in ("dryness", "dull", "pores")]
        cream = self.env.ref("salon_crm.retail_35").product_variant_id
        for appointment, visit in pairs:
            bought = [product for product, _quantity in appointment["retail"]]
            skin = {"visit_id": visit.id, "kind": "skin", "skin_type": "mixed", "skin_tone": "light"}
            ids = [problem.id for problem in problems]
            advice = [Command.create({"product_id": product.id}) for product in dict.fromkeys([cream, *bought])]
            self.env["salon.diagnosis"].create(
                [
                    {**skin, "problem_ids": [Command.set(ids)], "advice_ids": advice},
                    {**skin, "moment": "after", "problem_ids": [Command.set(ids[2:])]},
                ]
            )
