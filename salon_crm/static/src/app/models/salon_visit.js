import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** A visit, as far as the till needs it: loaded for the chosen client alone. */
export class SalonVisit extends Base {
    static pythonModel = "salon.visit";

    /** Who had it, where that is not `partner`, who pays for it; the till may not know the guest otherwise. */
    guestName(partner) {
        return this.raw.partner_id === partner?.id ? "" : this.partner_name || "";
    }
}

export class SalonVisitLine extends Base {
    static pythonModel = "salon.visit.line";
}

for (const model of [SalonVisit, SalonVisitLine]) {
    registry.category("pos_available_models").add(model.pythonModel, model);
}
