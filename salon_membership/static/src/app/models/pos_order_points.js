import { PosOrder } from "@point_of_sale/app/models/pos_order";
import { PosOrderline } from "@point_of_sale/app/models/pos_order_line";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

const PREPAID = ["gift_card", "ewallet"];
const EPSILON = 1e-6; // 114.99999999999999, as computers have it, is 115

patch(PosOrderline.prototype, {
    /** Part payment by points, as a line of this order. */
    get isSalonPartPayment() {
        const product = this.order_id?.salonProgram?.salon_points_product_id;
        return Boolean(product) && this.product_id?.id === product.id;
    },

    /** A line by which the order spends points of the salon's: part payment or a reward. */
    get isSalonSpending() {
        return this.isSalonPartPayment || Boolean(this.reward_id?.program_id?.is_salon_program);
    },

    /** The rule by which this line's product earns: its own, or that of the nearest category that has one. */
    get salonPointsRule() {
        const rules = this.models["salon.points.rule"];
        const template = this.product_id.product_tmpl_id;
        let rule = rules.find((one) => one.raw.product_tmpl_id === template.id);
        const seen = new Set();
        let category = template.categ_id;
        while (!rule && category && !seen.has(category.id)) {
            seen.add(category.id);
            const categoryId = category.id;
            rule = rules.find((one) => one.raw.categ_id === categoryId);
            category = category.parent_id;
        }
        return rule;
    },
});

/** What an order earns and spends: previews, by the server's rules. The server settles by its own figures. */
patch(PosOrder.prototype, {
    get salonProgram() {
        return this.models["loyalty.program"].find((program) => program.is_salon_program);
    },

    /** Lines that are sold here and that points have to do with, with what they come to. */
    get salonSold() {
        return this.lines
            .filter((line) => !line.refunded_orderline_id && this._earnsSalonPoints(line))
            .map((line) => ({ line, amount: line.prices.total_included }));
    },

    _earnsSalonPoints(line) {
        const prepaid = this.models["loyalty.program"].filter((program) =>
            PREPAID.includes(program.program_type)
        );
        const topUps = prepaid.flatMap((program) => program.trigger_product_ids || []);
        const excluded = [this.config.tip_product_id, ...topUps].map((product) => product?.id);
        return (
            !excluded.includes(line.product_id.id) &&
            !line.isSalonPrepaid &&
            !PREPAID.includes(line.reward_id?.program_id?.program_type)
        );
    },

    /** The points that this order brings. What refunded lines cost is the server's to say. */
    get salonPointsPreview() {
        const { points_rate: rate, points_factor: factor } = this.salonMembership || {};
        if (!factor) {
            return 0;
        }
        const sold = this.salonSold;
        const total = sold.reduce((sum, { amount }) => sum + amount, 0);
        // Goods that come back without their sale cost the points that they would earn.
        const back = total < -this.currency.rounding / 2;
        let [points, goods] = [0, 0];
        for (const { line, amount } of sold) {
            if (back ? amount < 0 && line.qty < 0 : amount > 0) {
                const rule = line.salonPointsRule;
                goods += amount;
                points +=
                    rule?.kind === "points"
                        ? line.qty * rule.value
                        : amount * rate * (rule ? rule.value : 1);
            }
        }
        const paidPart = goods ? Math.min(total / goods, 1) : 0;
        const whole = Math.floor(Math.abs(points * factor * Math.max(paidPart, 0)) + EPSILON);
        return back ? -whole : whole;
    },

    /** What the receipt says: the server's figures, once it has them. */
    get salonReceiptPoints() {
        if (!this.salonMembership && !this.salon_points && !this.salon_points_spent) {
            return null;
        }
        if (!this.isSynced) {
            return { change: this.salonPointsPreview, spent: this.salonPointsToSpend };
        }
        return {
            change: this.salon_points,
            spent: this.salon_points_spent,
            balance: this.salon_points_balance,
        };
    },

    // Spending ---------------------------------------------------------------------------------------

    get salonPartPaymentLines() {
        return this.lines.filter((line) => !line.refunded_orderline_id && line.isSalonPartPayment);
    },

    get salonRewardLines() {
        return this.lines.filter(
            (line) =>
                !line.refunded_orderline_id && line.isSalonSpending && !line.isSalonPartPayment
        );
    },

    get salonPartPayment() {
        return -this.salonPartPaymentLines.reduce(
            (sum, line) => sum + line.prices.total_included,
            0
        );
    },

    get salonRewardCost() {
        return this.salonRewardLines.reduce((sum, line) => sum + line.points_cost, 0);
    },

    get salonPointsToSpend() {
        return this.salonPointsFor(this.salonPartPayment) + this.salonRewardCost;
    },

    /** Points that the server holds for this order and its client. */
    get salonHeld() {
        const held = this.uiState.salonHeld;
        return held && held.partnerId === this.getPartner()?.id ? held.points : 0;
    },

    /** Points that this order can spend in all, as far as the till knows. */
    get salonPointsFree() {
        const membership = this.salonMembership;
        return membership
            ? Math.max(membership.points - membership.points_held + this.salonHeld, 0)
            : 0;
    },

    /** Whether the next points end within the days of notice: then staff say so. */
    get salonPointsEndSoon() {
        const { points_ending: points, points_ending_on: day } = this.salonMembership || {};
        return Boolean(
            points && day && day.diffNow("days").days <= this.salonProgram?.salon_notice_days
        );
    },

    salonPointsFor(amount) {
        return Math.ceil(amount * (this.salonProgram?.salon_points_for_one || 0) - EPSILON);
    },

    /** What `points` pay, down to the smallest coin. */
    salonAmountFor(points) {
        const perUnit = this.salonProgram?.salon_points_for_one;
        const coin = this.currency.rounding;
        return perUnit
            ? this.currency.round(Math.floor(points / perUnit / coin + EPSILON) * coin)
            : 0;
    },

    /** What the goods come to that points may pay a share of. */
    get salonGoods() {
        return this.salonSold
            .filter(({ line }) => !line.isSalonPartPayment && !line.isSalonBonus)
            .reduce((sum, { amount }) => sum + amount, 0);
    },

    /** What of this order points may pay: no tips and top-ups, and the share that the salon allows. */
    get salonPayable() {
        const goods = this.salonGoods;
        const share = (this.salonProgram?.salon_points_share ?? 0) / 100;
        const due = this.priceIncl + this.salonPartPayment;
        const coin = this.currency.rounding;
        const most = Math.max(Math.min(goods * share, due), 0);
        return this.currency.round(Math.floor(most / coin + EPSILON) * coin);
    },

    /** The most points that part payment makes sense with. */
    get salonMostPoints() {
        const free = this.salonPointsFree - this.salonRewardCost;
        return this.salonPointsFor(
            Math.min(this.salonAmountFor(Math.max(free, 0)), this.salonPayable)
        );
    },

    /** Why no points can be used for this order now; empty when they can. */
    get salonPointsReason() {
        const program = this.salonProgram;
        const least = program?.salon_points_minimum || 0;
        if (!program?.salon_points_product_id || !program.salon_points_for_one) {
            return _t("Points don't pay here.");
        }
        if (!this.salonMembership?.points) {
            return _t("There are no points yet.");
        }
        if (this.salonPointsFree - this.salonRewardCost <= 0) {
            return _t("Another order is about to use these points.");
        }
        if (this.salonPointsFree - this.salonRewardCost < least) {
            return _t("At least %s points are needed.", least);
        }
        if (!this.salonPayable) {
            return _t("There is nothing in this order that points can pay.");
        }
        if (this.salonMostPoints < Math.max(least, 1)) {
            return _t("This order is too small for %s points.", Math.max(least, 1));
        }
        return "";
    },

    // Odoo's rewards for the salon's points ------------------------------------------------------------

    get salonCard() {
        const partnerId = this.getPartner()?.id;
        return this.models["loyalty.card"].find(
            (card) =>
                card.id > 0 &&
                card.partner_id?.id === partnerId &&
                card.program_id?.id === this.salonProgram?.id
        );
    },

    /** Rewards that the client has points for. */
    get salonRewards() {
        const card = this.salonMembership && this.salonCard;
        const free = this.salonPointsFree - this.salonPointsToSpend;
        return (card && free > 0 ? this.salonProgram.reward_ids : [])
            .filter((reward) => reward.required_points <= free)
            .filter((reward) => reward.reward_type === "product" || this.salonPayable > 0)
            .map((reward) => ({ reward, coupon_id: card.id, potentialQty: 0 }));
    },

    /** Points that are earned by this very order can't be spent on it, and what is held elsewhere neither. */
    _getRealCouponPoints(coupon_id) {
        const card = this.models["loyalty.card"].get(coupon_id);
        if (card?.program_id?.is_salon_program) {
            return this.salonPointsFree - this.salonPointsToSpend;
        }
        return super._getRealCouponPoints(...arguments);
    },

    /** Core claims as much as it can of a reward again and again; what points are spent on is the client's wish. */
    _updateRewardLines() {
        this.salonRewardsApart = true;
        try {
            return super._updateRewardLines(...arguments);
        } finally {
            this.salonRewardsApart = false;
        }
    },

    _get_reward_lines() {
        const lines = super._get_reward_lines(...arguments);
        return this.salonRewardsApart
            ? lines.filter((line) => !line.reward_id?.program_id?.is_salon_program)
            : lines;
    },

    removeOrderline(line) {
        if (line.isSalonPartPayment && !line.refunded_orderline_id) {
            this.salonPartPaymentLines.filter((one) => one !== line).forEach((one) => one.delete());
        }
        return super.removeOrderline(...arguments);
    },

    setPartner(partner) {
        const before = this.getPartner();
        super.setPartner(...arguments);
        if (before && before !== this.getPartner() && !this.finalized) {
            [...this.salonPartPaymentLines, ...this.salonRewardLines].forEach((line) =>
                line.delete()
            );
        }
    },

    // Refunds ----------------------------------------------------------------------------------------

    /**
     * Have this refund give back the points of what it takes back, as the server does for the back office: of part
     * payment and discounts that part which the goods are of the sale's, of a free product what comes back of it.
     */
    refreshSalonRefund() {
        const origin = this.lines.find((line) => line.refunded_orderline_id)?.refunded_orderline_id
            .order_id;
        const followers = origin?.lines.filter(
            (line) => !line.refunded_orderline_id && line.isSalonSpending
        );
        if (!followers?.length || this.finalized) {
            return;
        }
        const goods = origin.lines.filter(
            (line) =>
                !followers.includes(line) &&
                !line.refunded_orderline_id &&
                !line.isSalonPaidApart &&
                this._earnsSalonPoints(line) &&
                line.prices.total_included > 0
        );
        const sum = (lines, value) => lines.reduce((total, line) => total + value(line), 0);
        const total = sum(goods, (line) => line.prices.total_included);
        const back = sum(
            goods,
            (line) => (line.prices.total_included * line.refundedQty) / line.qty
        );
        for (const line of followers) {
            const own = this.lines.find((one) => one.refunded_orderline_id === line);
            const others = (line.refund_orderline_ids || []).filter(
                (one) => one !== own && one.order_id.state !== "cancel"
            );
            let qty = -1;
            let price =
                this.currency.round(total ? (line.price_unit * Math.min(back, total)) / total : 0) +
                sum(others, (one) => one.qty * one.price_unit);
            if (line.reward_id?.reward_type === "product") {
                const free = line.reward_id.reward_product_ids.map((product) => product.id);
                const returned = sum(
                    goods.filter((one) => free.includes(one.product_id.id)),
                    (one) => one.refundedQty
                );
                qty = -Math.max(
                    Math.min(line.qty, returned) + sum(others, (one) => one.qty),
                    0
                );
                price = line.price_unit;
            }
            this._setSalonRefundLine(line, own, qty, price);
        }
    },

    _setSalonRefundLine(line, own, qty, price) {
        if (!qty || !price) {
            own?.delete();
        } else if (own) {
            own.qty = qty;
            own.price_unit = price;
        } else {
            this.models["pos.order.line"].create({
                order_id: this,
                product_id: line.product_id,
                qty,
                price_unit: price,
                discount: line.discount,
                tax_ids: line.tax_ids.map((tax) => ["link", tax]),
                refunded_orderline_id: line,
                price_type: "automatic",
            });
        }
    },
});
