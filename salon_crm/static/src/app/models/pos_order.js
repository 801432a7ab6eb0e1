import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    setPartner(partner) {
        if (this.partner_id?.id !== partner?.id) {
            // A visit belongs to its client: what the other one had comes along as plain sales.
            this.salon_visit_id = undefined;
            for (const line of this.lines) {
                line.salon_visit_line_id = undefined;
            }
        }
        return super.setPartner(...arguments);
    },
});
