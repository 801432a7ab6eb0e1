import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { PosStore } from "@point_of_sale/app/services/pos_store";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    /** What a client may not have is not sold. Without a connection it is, and the server notes it. */
    async pay() {
        const refusal = await this.salonRefusal(this.getOrder());
        if (refusal) {
            this.dialog.add(AlertDialog, { title: _t("Not possible"), body: refusal });
            return;
        }
        return super.pay(...arguments);
    },

    async salonRefusal(order) {
        const partner = order.getPartner();
        const lines = order.salonServiceLines;
        if (!lines.length) {
            return false;
        }
        try {
            return await this.data.call("pos.order", "salon_refusal", [
                partner?.id || false,
                this.config.id,
                lines.map((line) => [line.product_id.id, line.salon_visit_line_id?.id || false]),
            ]);
        } catch (error) {
            console.info("What the client may have could not be asked", error);
            return false;
        }
    },
});
