import { registry } from "@web/core/registry";
import { Base } from "@point_of_sale/app/models/related_models";

/** A visit, as far as the till needs it: loaded for the chosen client alone. */
export class SalonVisit extends Base {
    static pythonModel = "salon.visit";
}

export class SalonVisitLine extends Base {
    static pythonModel = "salon.visit.line";
}

/** Someone who serves clients; the till knows the name alone. */
export class SalonStylist extends Base {
    static pythonModel = "hr.employee.public";
}

for (const model of [SalonVisit, SalonVisitLine, SalonStylist]) {
    registry.category("pos_available_models").add(model.pythonModel, model);
}
