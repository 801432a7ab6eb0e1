import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** Someone who serves clients; the till knows the name and the level alone. */
export class SalonStylist extends Base {
    static pythonModel = "hr.employee.public";

    /**
     * What one unit of a service costs more than the list price when this stylist performs it. Their own price
     * comes before that of their level. Products are compared by id: the till may know a price before its product.
     */
    getPriceDifference(productTemplate) {
        const variations = this.models["salon.service.variation"].filter(
            (variation) => variation.raw.product_tmpl_id === productTemplate?.id
        );
        const level = this.raw.salon_level_id;
        const found =
            variations.find((variation) => variation.raw.stylist_id === this.id) ||
            (level && variations.find((variation) => variation.raw.level_id === level));
        return found?.price_difference || 0;
    }
}

/** What a service costs more or less with one stylist, or with those of one level. */
export class SalonServiceVariation extends Base {
    static pythonModel = "salon.service.variation";
}

for (const model of [SalonStylist, SalonServiceVariation]) {
    registry.category("pos_available_models").add(model.pythonModel, model);
}
