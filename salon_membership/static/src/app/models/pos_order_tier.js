import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { patch } from "@web/core/utils/patch";

const PREPAID = ["gift_card", "ewallet"];

/** What an order means for the tier of its client: a preview, by the server's rule. */
patch(PosOrder.prototype, {
    setPartner(partner) {
        if (this.partner_id?.id !== partner?.id) {
            this.salon_enrol = false;
            this.salon_rules_accepted = false;
        }
        return super.setPartner(...arguments);
    },

    /** What counts for enrolment and tier: not tips, top-ups and gift cards, nor what is paid with such money. */
    get salonTierSpend() {
        const programs = this.models["loyalty.program"].filter((program) =>
            PREPAID.includes(program.program_type)
        );
        const excluded = [
            this.config.tip_product_id,
            ...programs.flatMap((program) => program.trigger_product_ids || []),
        ].map((product) => product?.id);
        return this.lines
            .filter(
                (line) =>
                    !excluded.includes(line.product_id.id) &&
                    !line.isSalonPrepaid &&
                    !PREPAID.includes(line.reward_id?.program_id?.program_type)
            )
            .reduce((sum, line) => sum + line.prices.total_included, 0);
    },

    get salonReachesEnrolment() {
        const amount = this.company.salon_enrol_amount;
        return Boolean(amount) && this.salonTierSpend > amount - 0.005;
    },

    get salonOffersEnrolment() {
        return (
            Boolean(this.getPartner()) &&
            !this.finalized &&
            !this.salon_enrol &&
            !this.salonMembership &&
            this.salonReachesEnrolment
        );
    },

    /** What is missing to the next tier once this order is paid: {amount, visits}; null where there is no next one. */
    get salonTierMissing() {
        const membership = this.salonMembership;
        if (!membership?.next_tier_id) {
            return null;
        }
        const spend = this.finalized ? 0 : this.salonTierSpend;
        const amount = Math.max(membership.missing_spend - spend, 0);
        const visits = membership.missing_visits;
        const either = this.company.salon_tier_basis === "either";
        const paid = membership.missing_spend > 0 && amount < 0.005;
        return either && paid ? { amount: 0, visits: 0 } : { amount, visits };
    },

    /** Who is enrolled with the order gets to know it from the server, and so does who rises. */
    waitForPushOrder() {
        return Boolean(this.salon_enrol) || super.waitForPushOrder(...arguments);
    },
});
