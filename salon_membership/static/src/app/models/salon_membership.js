import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** A membership, as far as the till needs it: loaded for the chosen client alone. */
export class SalonMembership extends Base {
    static pythonModel = "salon.membership";
}

export class SalonMembershipTier extends Base {
    static pythonModel = "salon.membership.tier";
}

for (const model of [SalonMembership, SalonMembershipTier]) {
    registry.category("pos_available_models").add(model.pythonModel, model);
}
