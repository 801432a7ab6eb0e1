import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    setPartner(partner) {
        if (this.partner_id?.id !== partner?.id) {
            // A visit belongs to its client: what came into the order with it leaves with it.
            this.salon_visit_id = undefined;
            for (const line of this.lines.filter((line) => line.salon_visit_line_id)) {
                this.removeOrderline(line);
            }
        }
        return super.setPartner(...arguments);
    },
});
