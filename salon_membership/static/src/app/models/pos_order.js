import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

const PREPAID = ["gift_card", "ewallet"];

patch(PosOrder.prototype, {
    get salonMembership() {
        const partnerId = this.getPartner()?.id;
        return (
            partnerId &&
            this.models["salon.membership"].find((one) => one.partner_id?.id === partnerId)
        );
    },

    /**
     * The points that this order brings: a preview, by the server's rule. The server settles by its own figures.
     * Lines that take something back are left out: what they cost is the server's to say.
     */
    get salonPointsPreview() {
        const perUnit = this.salonMembership?.points_per_unit;
        if (!perUnit) {
            return 0;
        }
        const amount = this.lines
            .filter((line) => !line.refunded_orderline_id && this._earnsSalonPoints(line))
            .reduce((sum, line) => sum + line.prices.total_included, 0);
        return Math.max(Math.floor(amount * perUnit + 1e-6), 0);
    },

    /** What the receipt says: the server's figures, once it has them. */
    get salonReceiptPoints() {
        if (!this.salonMembership && !this.salon_points) {
            return null;
        }
        if (!this.isSynced) {
            return { change: this.salonPointsPreview };
        }
        return { change: this.salon_points, balance: this.salon_points_balance };
    },

    _earnsSalonPoints(line) {
        const prepaid = this.models["loyalty.program"].filter((program) =>
            PREPAID.includes(program.program_type)
        );
        const topUps = prepaid.flatMap((program) => program.trigger_product_ids || []);
        const excluded = [this.config.tip_product_id, ...topUps].map((product) => product?.id);
        return (
            !excluded.includes(line.product_id.id) &&
            !PREPAID.includes(line.reward_id?.program_id?.program_type)
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
            result[program.id] = points ? [{ points }] : [];
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
