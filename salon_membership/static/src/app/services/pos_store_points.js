import { PosStore } from "@point_of_sale/app/services/pos_store";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { accountTaxHelpers } from "@account/helpers/account_tax";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { debounce } from "@web/core/utils/timing";

/** Points are spent only after the server has held them for the order: no other till gets them then. */
patch(PosStore.prototype, {
    async setup() {
        this.keepSalonHoldSoon = debounce((order) => this.keepSalonHold(order), 300);
        await super.setup(...arguments);
    },

    /**
     * Ask the server to hold `points` in all for `order`; `paying` of them are part payment, for which the salon has
     * rules.
     *
     * @returns {Promise<boolean>} whether it does; when it does not, the cashier has been told why
     */
    async holdSalonPoints(order, points, { sellAnyway = false, paying = 0 } = {}) {
        const partner = order.getPartner();
        try {
            const answer = await this.data.call("salon.membership", "hold_points", [
                partner.id,
                this.config.id,
                order.uuid,
                Math.ceil(points),
                Math.ceil(paying),
                order.salonGoods,
            ]);
            this._noteSalonHold(order, partner, answer);
            return true;
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                if (!sellAnyway) {
                    this.dialog.add(AlertDialog, {
                        title: _t("No connection"),
                        body: _t(
                            "Points can be used only with a connection: the server has to hold them, so that no other order gets them. Everything else sells as usual."
                        ),
                    });
                }
                return sellAnyway;
            }
            if (error instanceof RPCError) {
                this.dialog.add(AlertDialog, {
                    title: _t("These points can't be used"),
                    body: error.data?.message || error.message,
                });
                return false;
            }
            throw error;
        }
    },

    _noteSalonHold(order, partner, answer) {
        order.uiState.salonHeld = { partnerId: partner.id, points: answer.held };
        const membership = order.salonMembership;
        if (membership && membership.partner_id?.id === partner.id) {
            membership.points = answer.points;
            membership.points_held = answer.points_held;
        }
    },

    /** Let the server hold no more than the order still spends. Not reached, it lets go by itself after a while. */
    async keepSalonHold(order) {
        const held = order.uiState.salonHeld;
        if (!held?.points || order.finalized) {
            return;
        }
        const partner = order.getPartner();
        const samePartner = partner?.id === held.partnerId;
        const wanted = samePartner ? Math.ceil(order.salonPointsToSpend) : 0;
        if (wanted === held.points || wanted > held.points) {
            return; // more is asked for when it is put into the order, and again when it is paid
        }
        try {
            if (samePartner) {
                const args = [partner.id, this.config.id, order.uuid, wanted];
                const answer = await this.data.call("salon.membership", "hold_points", args);
                this._noteSalonHold(order, partner, answer);
            } else {
                order.uiState.salonHeld = null;
                await this.releaseSalonPoints([order.uuid]);
            }
        } catch (error) {
            console.info("The points that an order gave up could not be let go", error);
        }
    },

    async releaseSalonPoints(uuids) {
        await this.data.call("salon.membership", "release_points", [this.config.id, uuids]);
    },

    /** Pay a part of `order` by `points`; 0 ends part payment. */
    async spendSalonPoints(order, points) {
        const amount = order.salonAmountFor(Math.min(points, order.salonMostPoints));
        const exact = order.salonPointsFor(amount);
        const wanted = exact + order.salonRewardCost;
        if (exact && !(await this.holdSalonPoints(order, wanted, { paying: exact }))) {
            return;
        }
        this.setSalonPartPayment(order, amount);
        await this.keepSalonHold(order);
    },

    /** Put part payment into the order as a discount: one line for each tax that is lessened by it. */
    setSalonPartPayment(order, amount) {
        const taxKey = (taxes) =>
            taxes
                .map((tax) => tax.id)
                .sort((a, b) => a - b)
                .join("_");
        const product = order.salonProgram.salon_points_product_id;
        const existing = new Map(
            order.salonPartPaymentLines.map((line) => [taxKey(line.tax_ids), line])
        );
        for (const baseLine of amount > 0 ? this._salonDiscountLines(order, product, amount) : []) {
            const key = taxKey(baseLine.tax_ids);
            const extraTaxData = accountTaxHelpers.export_base_line_extra_tax_data(baseLine);
            const line = existing.get(key);
            if (!line) {
                this.models["pos.order.line"].create({
                    order_id: order,
                    product_id: product,
                    price_unit: baseLine.price_unit,
                    qty: baseLine.quantity,
                    tax_ids: baseLine.tax_ids.map((tax) => ["link", tax]),
                    extra_tax_data: extraTaxData,
                    price_type: "manual",
                });
            } else if (line.price_unit !== baseLine.price_unit) {
                line.extra_tax_data = extraTaxData;
                line.price_unit = baseLine.price_unit;
            }
            existing.delete(key);
        }
        existing.forEach((line) => line.delete());
    },

    _salonDiscountLines(order, product, amount) {
        const baseLines = order.salonSold
            .filter(({ line }) => !line.isSalonPartPayment && !line.isSalonBonus)
            .map(({ line }) =>
                accountTaxHelpers.prepare_base_line_for_taxes_computation(
                    line,
                    line.prepareBaseLineForTaxesComputationExtraValues()
                )
            );
        accountTaxHelpers.add_tax_details_in_base_lines(baseLines, order.company_id);
        accountTaxHelpers.round_base_lines_tax_details(baseLines, order.company_id);
        return accountTaxHelpers.prepare_global_discount_lines(
            baseLines,
            order.company_id,
            "fixed",
            amount,
            {
                computation_key: "salon_points",
                grouping_function: () => ({
                    grouping_key: { product_id: product },
                    raw_grouping_key: { product_id: product.id },
                }),
            }
        );
    },

    /** Keep what the order spends in step with its goods. */
    refreshSalonPoints(order) {
        if (!order || order.finalized || !order.salonProgram) {
            return;
        }
        order.refreshSalonRefund();
        this._refreshSalonRewards(order);
        const paid = order.salonPartPayment;
        if (order.salonPartPaymentLines.length) {
            this.setSalonPartPayment(order, Math.min(paid, order.salonPayable));
        }
        this.keepSalonHoldSoon(order);
    },

    /** A free product stays free as long as it is in the order; a discount follows what it is taken off. */
    _refreshSalonRewards(order) {
        for (const line of order.salonRewardLines) {
            const reward = line.reward_id;
            if (reward.reward_type === "product") {
                const free = reward.reward_product_ids.map((product) => product.id);
                const there = order.lines
                    .filter((one) => !one.is_reward_line && free.includes(one.product_id.id))
                    .reduce((sum, one) => sum + one.qty, 0);
                if (there < line.qty) {
                    line.delete();
                }
            }
        }
        const discounts = new Map(
            order.salonRewardLines
                .filter((line) => line.reward_id.reward_type === "discount")
                .map((line) => [line.reward_identifier_code, line])
        );
        for (const [code, line] of discounts) {
            const { reward_id: reward, coupon_id: card } = line;
            order.salonRewardLines
                .filter((one) => one.reward_identifier_code === code)
                .forEach((one) => one.delete());
            this._addSalonDiscount(order, reward, card);
        }
    },

    _addSalonDiscount(order, reward, card) {
        const values = order._getRewardLineValuesDiscount({ reward, coupon_id: card.id });
        if (!Array.isArray(values) || !values.length) {
            return false;
        }
        values.forEach((line) => order.applyRewardLine(line));
        return true;
    },

    /** Give a reward for points: asked of the server first, like part payment. */
    async claimSalonReward(order, reward, couponId) {
        const product = await this._chooseSalonFreeProduct(reward);
        if (reward.reward_type === "product" && !product) {
            return false;
        }
        const wanted = order.salonPointsToSpend + reward.required_points;
        if (!(await this.holdSalonPoints(order, wanted))) {
            return false;
        }
        const card = this.models["loyalty.card"].get(couponId);
        if (reward.reward_type === "discount") {
            if (!this._addSalonDiscount(order, reward, card)) {
                this.notification.add(_t("This reward has nothing to be taken off."));
            }
        } else {
            await this._addSalonFreeProduct(order, reward, card, product);
        }
        this.updateRewards();
        await this.keepSalonHold(order);
        return true;
    },

    async _chooseSalonFreeProduct(reward) {
        const products = reward.reward_product_ids || [];
        if (reward.reward_type !== "product" || products.length <= 1) {
            return products[0];
        }
        return makeAwaitable(this.dialog, SelectionPopup, {
            title: _t("Please select a product for this reward"),
            list: products.map((product) => ({
                id: product.id,
                label: product.display_name,
                item: product,
            })),
        });
    },

    /** Put the product and the discount that makes it free into the order. */
    async _addSalonFreeProduct(order, reward, card, product) {
        const line = await this.addLineToOrder(
            {
                product_id: product,
                product_tmpl_id: product.product_tmpl_id,
                qty: reward.reward_product_qty,
            },
            order,
            {},
            false
        );
        if (!line) {
            return;
        }
        order.applyRewardLine({
            product_id: reward.discount_line_product_id,
            price_unit: -line.price_unit,
            tax_ids: product.taxes_id,
            qty: reward.reward_product_qty,
            reward_id: reward,
            is_reward_line: true,
            _reward_product_id: product,
            coupon_id: card.id,
            points_cost: reward.required_points,
            reward_identifier_code: (Math.random() + 1).toString(36).substring(3),
        });
    },

    // Odoo's own ways --------------------------------------------------------------------------------

    /** Core takes points for a free product without being asked, whenever it is put into an order. */
    getPotentialFreeProductRewards() {
        return super
            .getPotentialFreeProductRewards(...arguments)
            .filter(({ reward }) => !reward.program_id.is_salon_program);
    },

    updateRewards() {
        const order = this.getOrder();
        const result = super.updateRewards(...arguments);
        this.refreshSalonPoints(order);
        return result;
    },

    setPartnerToCurrentOrder() {
        super.setPartnerToCurrentOrder(...arguments);
        this.keepSalonHold(this.getOrder());
    },

    removeOrder(order) {
        if (order.uiState.salonHeld?.points && !order.finalized) {
            this.releaseSalonPoints([order.uuid]).catch((error) =>
                console.info("The points of a deleted order could not be let go", error)
            );
        }
        return super.removeOrder(...arguments);
    },
});
