import { PosStore } from "@point_of_sale/app/services/pos_store";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** A coupon that the salon gave is used by one order: the server keeps it for the one that asks first. */
patch(PosStore.prototype, {
    /**
     * Ask the server to keep the coupons of `order` for it.
     *
     * @returns {Promise<boolean>} whether it does, or can't be reached; when it does not, the cashier has been told why
     */
    async claimSalonCoupons(order) {
        const cards = order.lines
            .filter((line) => !line.refunded_orderline_id && line.coupon_id?.id > 0)
            .filter((line) => line.reward_id?.program_id?.program_type === "coupons")
            .map((line) => line.coupon_id.id);
        if (!cards.length) {
            return true;
        }
        let reason = "";
        try {
            reason = await this.data.call("loyalty.program", "salon_claim_coupons", [
                this.config.id,
                order.uuid,
                [...new Set(cards)],
                order.getPartner()?.id || false,
            ]);
        } catch (error) {
            // Without a connection the till sells as usual; the server settles when the order arrives.
            console.info("The coupons could not be claimed", error);
        }
        if (reason) {
            this.dialog.add(AlertDialog, { title: _t("This coupon can't be used"), body: reason });
        }
        return !reason;
    },
});
