import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

patch(PosOrder.prototype, {
    get salonMembership() {
        const partnerId = this.getPartner()?.id;
        return (
            partnerId &&
            this.models["salon.membership"].find((one) => one.partner_id?.id === partnerId)
        );
    },

    /** The salon's points are for members; everybody else has nothing to do with them. */
    _programIsApplicable(program) {
        if (program.is_salon_program && !this.salonMembership) {
            return false;
        }
        return super._programIsApplicable(...arguments);
    },

    pointsForPrograms(programs) {
        const result = super.pointsForPrograms(...arguments);
        for (const program of programs.filter((program) => program.is_salon_program)) {
            const points = this.salonPointsPreview;
            result[program.id] = points > 0 ? [{ points }] : [];
        }
        return result;
    },

    /** The salon's points have their own place in the panel and on the receipt, with the server's figures. */
    getLoyaltyPoints() {
        return super.getLoyaltyPoints(...arguments).filter((stat) => !stat.program.is_salon_program);
    },

    waitForPushOrder() {
        return Boolean(this.salonMembership) || super.waitForPushOrder(...arguments);
    },
});
