import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** A treatment card, as far as the till needs it: loaded for the chosen client alone. */
export class SalonTreatmentCard extends Base {
    static pythonModel = "salon.treatment.card";

    treats(product) {
        return Boolean(product) && (this.till_services || []).includes(product.product_tmpl_id?.id);
    }
}

registry
    .category("pos_available_models")
    .add(SalonTreatmentCard.pythonModel, SalonTreatmentCard);
