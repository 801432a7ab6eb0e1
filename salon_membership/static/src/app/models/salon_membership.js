import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** A membership, as far as the till needs it: loaded for the chosen client alone. */
export class SalonMembership extends Base {
    static pythonModel = "salon.membership";
}

export class SalonMembershipTier extends Base {
    static pythonModel = "salon.membership.tier";
}

/** What a product or a category earns otherwise than the rest of the salon. */
export class SalonPointsRule extends Base {
    static pythonModel = "salon.points.rule";
}

for (const model of [SalonMembership, SalonMembershipTier, SalonPointsRule]) {
    registry.category("pos_available_models").add(model.pythonModel, model);
}
