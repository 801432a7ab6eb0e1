import { PosStore } from "@point_of_sale/app/services/pos_store";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { DealDialog } from "@salon_membership/app/components/deal/deal_dialog";
import { DEAL } from "@salon_membership/app/models/pos_order_deal";
import { turnedAround } from "@salon_membership/app/models/pos_order_wallet";
import "@salon_membership/app/services/pos_store_treatment"; // this adds to it

/** Vouchers of platforms: checked when they are entered, redeemed by the server with the order. */
patch(PosStore.prototype, {
    get salonDealMethods() {
        return this.config.payment_method_ids.filter(
            (method) => method.use_payment_terminal === DEAL
        );
    },

    get hasSalonDeals() {
        return this.salonDealMethods.length > 0;
    },

    /** What the cashier is told, in one sentence; what is no answer of the server's is raised. */
    _explainSalonDeal(error) {
        if (error instanceof ConnectionLostError) {
            return _t(
                "No connection: a voucher can be taken only with one, as the server has to see that it is not used yet. Everything else sells as usual."
            );
        }
        if (error instanceof RPCError) {
            return error.data?.message || error.message;
        }
        throw error;
    },

    /** Have the cashier enter a voucher for this order: platform, code, offer. */
    async enterSalonDeal(order, method = null) {
        if (order.finalized) {
            return;
        }
        if (order.isRefund || order.lines.some((line) => line.refunded_orderline_id)) {
            this.dialog.add(AlertDialog, {
                title: _t("A refund takes no voucher"),
                body: _t("Finish it first, and take the voucher in a new order."),
            });
            return;
        }
        let data;
        try {
            data = await this.data.call("salon.deal.voucher", "load_till_offers", [this.config.id]);
        } catch (error) {
            const body = this._explainSalonDeal(error);
            this.dialog.add(AlertDialog, { title: _t("The voucher can't be taken"), body });
            return;
        }
        this.models.connectNewData(data);
        const records = (model) =>
            data[model].map(({ id }) => this.models[model].get(id)).filter(Boolean);
        const platforms = records("salon.deal.platform").filter(
            (platform) => !method || platform.payment_method_id?.id === method.id
        );
        const offers = records("salon.deal.offer");
        if (!offers.some((offer) => platforms.includes(offer.platform_id))) {
            this.dialog.add(AlertDialog, {
                title: _t("No offer yet"),
                body: _t("A manager first says what the platform sells: Salon, Configuration, Group-buying Offers."),
            });
            return;
        }
        this.dialog.add(DealDialog, {
            platforms,
            offers,
            last: this.salonDealLast,
            take: (offer, code) => this.takeSalonDeal(order, offer, code),
        });
    },

    /**
     * Have a voucher pay for its services: those of the order where they are in it, else new lines.
     *
     * @returns {Promise<string>} why it can't be taken; empty: it is
     */
    async takeSalonDeal(order, offer, code) {
        let answer;
        try {
            answer = await this._checkSalonDeal(order, offer, code);
            await this._loadSalonDealProducts(answer.pieces);
        } catch (error) {
            return this._explainSalonDeal(error);
        }
        const platform = offer.platform_id;
        const isThere = order.salonDeals.some(
            (deal) => deal.code === answer.code && deal.offer.platform_id?.id === platform.id
        );
        if (isThere) {
            return _t("%(platform)s %(code)s is in this order already.", {
                platform: platform.name,
                code: answer.code,
            });
        }
        const missing = answer.pieces.find(
            ({ product_id }) => !this.models["product.product"].get(product_id)
        );
        if (missing) {
            return _t("A service of this offer is not sold at this till. Ask a manager.");
        }
        for (const { product_id, amount } of answer.pieces) {
            await this._takeSalonDealPiece(order, offer, answer.code, product_id, amount);
        }
        this.salonDealLast = { platformId: platform.id, offerId: offer.id };
        this.refreshSalonDeals(order);
        this.updateRewards();
        return "";
    },

    _checkSalonDeal(order, offer, code) {
        return this.data.call("salon.deal.voucher", "check_voucher", [
            this.config.id,
            offer.id,
            code,
            order.uuid,
        ]);
    },

    async _loadSalonDealProducts(pieces) {
        const missing = pieces
            .map((piece) => piece.product_id)
            .filter((id) => !this.models["product.product"].get(id));
        if (missing.length) {
            await this.loadNewProducts([["product_variant_ids", "in", missing]]);
        }
    },

    async _takeSalonDealPiece(order, offer, code, productId, amount) {
        let line = order.lines.find(
            (one) =>
                one.product_id.id === productId &&
                one.qty >= 1 &&
                !one.isSalonDeal &&
                !one.isSalonSession &&
                !one.refunded_orderline_id &&
                !one.isPartOfCombo()
        );
        if (line) {
            line = line.qty > 1 ? this._splitSalonLine(order, line) : line;
        } else {
            const product = this.models["product.product"].get(productId);
            line = await this.addLineToOrder(
                {
                    product_id: product,
                    product_tmpl_id: product.product_tmpl_id,
                    price_unit: product.lst_price,
                    qty: 1,
                },
                order,
                {},
                false
            );
            line.uiState.isSalonDealOwn = true;
        }
        line.keepSalonPrice(line.uiState.isSalonDealOwn ? "original" : line.price_type);
        line.salon_deal_offer_id = offer;
        line.salon_deal_code = code;
        this._setSalonShare(line, amount);
    },

    /** Take a voucher out of the order, with the lines that came with it; the others cost what they did. */
    dropSalonDeal(order, { offer, code }) {
        const own = order.salonDeals.find(
            (deal) => deal.offer.id === offer.id && deal.code === code
        );
        for (const line of own?.lines || []) {
            line.salon_deal_offer_id = undefined;
            line.salon_deal_code = false;
            if (line.uiState.isSalonDealOwn) {
                order.removeOrderline(line);
            } else {
                line.restoreSalonPrice();
            }
        }
        this.refreshSalonDeals(order);
        this.updateRewards();
    },

    /** Have the platforms pay what their vouchers come to: the cashier does nothing for it. */
    refreshSalonDeals(order) {
        if (!order || order.finalized || !this.hasSalonDeals) {
            return;
        }
        this._refreshSalonShares(order, order.salonDealLines);
        for (const line of order.salonDealsBack.flatMap((deal) => deal.lines)) {
            const taxes = line.refunded_orderline_id.extra_tax_data;
            if (taxes && !line.extra_tax_data) {
                line.extra_tax_data = turnedAround(taxes); // rounded as they were
            }
        }
        const isBack = order.salonDealsBack.length > 0;
        if (isBack && order.uiState.salonDealsProposed) {
            return; // the cashier may give money instead: the vouchers stay used then
        }
        const amounts = order.salonDealAmounts;
        for (const method of this.salonDealMethods) {
            const amount = amounts.get(method.id) || 0;
            const payment = order.payment_ids.find((one) => one.payment_method_id.id === method.id);
            if (order.currency.isZero(amount)) {
                payment?.delete({ backend: true });
                continue;
            }
            const line =
                payment ||
                this.models["pos.payment"].create({
                    pos_order_id: order,
                    payment_method_id: method,
                });
            line.setAmount(amount);
            if (amount > 0) {
                line.setPaymentStatus("done");
            }
        }
        order.uiState.salonDealsProposed = isBack;
    },

    /**
     * Ask for the vouchers once more right before the order is paid: another till may have redeemed one meanwhile.
     *
     * @returns {Promise<boolean>} whether the order may be paid
     */
    async beginSalonDeals(order) {
        if (order.payment_ids.some((payment) => payment.isSalonDeal && payment.amount < 0)) {
            return this.beginSalonDealsBack(order);
        }
        for (const deal of order.salonDeals) {
            try {
                const answer = await this._checkSalonDeal(order, deal.offer, deal.code);
                const total = deal.lines.reduce((sum, line) => sum + line.prices.total_included, 0);
                if (!order.currency.isZero(answer.amount - total)) {
                    this._refuseSalonDeal(order, deal, _t("This offer has another price now. Take it again."));
                    return false;
                }
            } catch (error) {
                if (error instanceof ConnectionLostError) {
                    return true; // it was checked when it was entered; no sale is lost
                }
                this._refuseSalonDeal(order, deal, this._explainSalonDeal(error));
                return false;
            }
        }
        return true;
    },

    /** See whether the vouchers that this refund gives back can go back, all that its platform is paid for. */
    async beginSalonDealsBack(order) {
        const refuse = (body) => {
            this.dialog.add(AlertDialog, { title: _t("The voucher can't be given back"), body });
            return false;
        };
        const amounts = order.salonDealAmounts;
        const isOdd = (payment) => {
            const amount = amounts.get(payment.payment_method_id.id) || 0;
            return !order.currency.isZero(payment.amount - amount);
        };
        if (order.payment_ids.some((payment) => payment.isSalonDeal && isOdd(payment))) {
            return refuse(
                _t(
                    "A voucher is given back whole, with all services that it paid for. Pay the refund by another method: the voucher stays used then."
                )
            );
        }
        const lines = order.salonDealsBack.flatMap((deal) => deal.lines);
        try {
            await this.data.call("salon.deal.voucher", "check_give_back", [
                this.config.id,
                lines.map((line) => line.refunded_orderline_id.id),
            ]);
        } catch (error) {
            return refuse(this._explainSalonDeal(error));
        }
        return true;
    },

    _refuseSalonDeal(order, deal, body) {
        this.dropSalonDeal(order, deal);
        this.dialog.add(AlertDialog, { title: _t("The voucher was taken out"), body });
    },

    // Odoo's own ways --------------------------------------------------------------------------------

    async validateOrderFast(paymentMethod) {
        if (paymentMethod.use_payment_terminal === DEAL) {
            return this.enterSalonDeal(this.getOrder(), paymentMethod);
        }
        this.refreshSalonDeals(this.getOrder());
        return super.validateOrderFast(...arguments);
    },

    /** What a voucher paid is redeemed with the order: a refund gives it back. */
    canEditPayment(order) {
        return (
            !order.payment_ids.some((payment) => payment.isSalonDeal) &&
            super.canEditPayment(...arguments)
        );
    },
});
