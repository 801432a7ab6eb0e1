import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";

/** What is done again for free is not charged, and the order says why. */
patch(SalonPanel.prototype, {
    async addVisitServices() {
        await super.addVisitServices(...arguments);
        for (const line of this.props.order.lines.filter((line) => line.salon_visit_line_id?.is_redo)) {
            line.setUnitPrice(0);
            line.price_type = "manual";
            if (!line.customer_note) {
                line.customer_note = _t("Free redo");
            }
        }
    },
});
