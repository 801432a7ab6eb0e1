import { useEffect } from "@odoo/owl";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";
import { patch } from "@web/core/utils/patch";

patch(SalonPanel.prototype, {
    setup() {
        super.setup(...arguments);
        useEffect(
            () => {
                this.pos.loadSalonMembership(this.props.order);
            },
            () => [this.props.order.uuid, this.partner?.id]
        );
    },
});
