import { PosStore } from "@point_of_sale/app/services/pos_store";
import { accountTaxHelpers } from "@account/helpers/account_tax";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { reactive } from "@odoo/owl";
import { TREATMENT } from "@salon_membership/app/models/pos_order_treatment";
import "@salon_membership/app/services/pos_store_wallet"; // this adds to it

/** A session is used only after the server has held it for its line: no other order gets it then. */
patch(PosStore.prototype, {
    async setup() {
        this.salonCardIds = reactive({});
        await super.setup(...arguments);
    },

    get salonSessionMethod() {
        return this.config.payment_method_ids.find(
            (method) => method.use_payment_terminal === TREATMENT
        );
    },

    /** The cards that the order's client may use today, as they were when asked for last. */
    salonCardsOf(partner) {
        return this.models["salon.treatment.card"].readMany(this.salonCardIds[partner?.id] || []);
    },

    async loadSalonCards(partner) {
        if (!partner || !this.salonSessionMethod) {
            return;
        }
        try {
            const data = await this.data.call("salon.treatment.card", "load_till_cards", [
                this.config.id,
                partner.id,
            ]);
            this.models.connectNewData(data);
            this.salonCardIds[partner.id] = data["salon.treatment.card"].map((card) => card.id);
        } catch (error) {
            // Without a connection the till sells as usual.
            console.info("The client's treatment cards could not be loaded", error);
        }
    },

    /**
     * Have a session of `card` pay for one piece of `line`: the line comes to its share of the card's price.
     *
     * @returns {Promise<boolean>} whether it does; when it does not, the cashier has been told why
     */
    async useSalonSession(order, line, card) {
        if (line.qty > 1) {
            line = this._splitSalonLine(order, line);
        }
        const held = await this._holdSalonSession(order, line, card);
        if (!held) {
            return false;
        }
        line.keepSalonPrice();
        line.salon_treatment_card_id = this.models["salon.treatment.card"].get(held.card_id);
        this._setSalonShare(line, held.amount);
        await this.loadSalonCards(order.getPartner());
        this.updateRewards();
        return true;
    },

    /** One piece of several is used: it stands in a line of its own. */
    _splitSalonLine(order, line) {
        const { order_id, ...values } = line.serialize({ orm: false });
        line.setQuantity(line.qty - 1, true);
        return this.models["pos.order.line"].create({
            order_id: order,
            product_id: line.product_id,
            tax_ids: line.tax_ids.map((tax) => ["link", tax]),
            price_unit: line.price_unit,
            price_type: line.price_type,
            price_extra: values.price_extra || 0,
            discount: line.discount,
            salon_price_difference: line.salon_price_difference,
            salon_stylist_id: line.salon_stylist_id,
            qty: 1,
        });
    },

    async _holdSalonSession(order, line, card) {
        try {
            return await this.data.call("salon.treatment.card", "hold_session", [
                this.config.id,
                order.getPartner()?.id || false,
                order.uuid,
                line.uuid,
                line.product_id.id,
                card?.id || false,
                line.qty,
            ]);
        } catch (error) {
            this._explainSalonSession(error);
            return false;
        }
    },

    _explainSalonSession(error) {
        if (error instanceof ConnectionLostError) {
            this.dialog.add(AlertDialog, {
                title: _t("No connection"),
                body: _t(
                    "Sessions can be used only with a connection: the server has to hold them, so that no other order gets them. Everything else sells as usual."
                ),
            });
        } else if (error instanceof RPCError) {
            this.dialog.add(AlertDialog, {
                title: _t("This session can't be used"),
                body: error.data?.message || error.message,
            });
        } else {
            throw error;
        }
    },

    /** Have the line come to `amount`, taxes included, to the cent. */
    _setSalonShare(line, amount) {
        line.discount = 0;
        line.extra_tax_data = undefined;
        line.price_type = "manual";
        line.uiState.salonShare = amount;
        // By a price above 0 its taxes are known.
        line.setUnitPrice(line.uiState.salonBefore?.price_unit || line.product_id.lst_price || 1);
        if (!(amount > 0)) {
            line.setUnitPrice(0);
            return;
        }
        const company = line.order_id.company_id;
        const baseLine = accountTaxHelpers.prepare_base_line_for_taxes_computation(
            line,
            line.prepareBaseLineForTaxesComputationExtraValues()
        );
        accountTaxHelpers.add_tax_details_in_base_lines([baseLine], company);
        accountTaxHelpers.round_base_lines_tax_details([baseLine], company);
        const [share] = accountTaxHelpers.prepare_down_payment_lines(
            [baseLine],
            company,
            "fixed",
            amount,
            { computation_key: `salon_session,${line.uuid}` }
        );
        line.extra_tax_data = accountTaxHelpers.export_base_line_extra_tax_data(share);
        line.price_unit = share.price_unit;
    },

    /** Where taxes changed since, have these lines come to their amounts all the same. */
    _refreshSalonShares(order, lines) {
        for (const line of lines) {
            const share = line.uiState.salonShare;
            if (share !== undefined && !order.currency.isZero(line.prices.total_included - share)) {
                this._setSalonShare(line, share);
            }
        }
    },

    /** Take a session out again: the line costs what it did before. */
    async undoSalonSession(order, line, { release = true } = {}) {
        line.salon_treatment_card_id = undefined;
        line.restoreSalonPrice();
        this._dropSalonSessionPayment(order);
        if (release) {
            await this.releaseSalonSessions(order, [line.uuid]);
            await this.loadSalonCards(order.getPartner());
        }
        this.updateRewards();
    },

    /** Let the server hold nothing for these lines any more. Not reached, it lets go by itself after a while. */
    async releaseSalonSessions(order, lineUuids = null) {
        try {
            await this.data.call("salon.treatment.card", "release_sessions", [
                this.config.id,
                order.uuid,
                lineUuids,
            ]);
        } catch (error) {
            console.info("Sessions could not be let go", error);
        }
    },

    // Paying -----------------------------------------------------------------------------------------

    _dropSalonSessionPayment(order) {
        order.payment_ids
            .filter((payment) => payment.isSalonSessions)
            .forEach((payment) => payment.delete({ backend: true }));
    },

    /** Have the order be paid by its sessions as far as they go: the cashier does nothing for it. */
    refreshSalonSessions(order) {
        if (!order || order.finalized || !this.salonSessionMethod) {
            return;
        }
        this._refreshSalonShares(order, order.salonSessionLines);
        const isRefund = order.isRefund;
        const amount = isRefund ? -order.salonSessionBack : order.salonSessionTotal;
        const payment = order.payment_ids.find((one) => one.isSalonSessions);
        if (isRefund && (payment || order.uiState.salonSessionsProposed)) {
            return; // the cashier may give money instead
        }
        if (order.currency.isZero(amount)) {
            this._dropSalonSessionPayment(order);
            return;
        }
        const line =
            payment ||
            this.models["pos.payment"].create({
                pos_order_id: order,
                payment_method_id: this.salonSessionMethod,
            });
        line.setAmount(amount);
        if (isRefund) {
            order.uiState.salonSessionsProposed = true;
        } else {
            line.setPaymentStatus("done");
        }
    },

    /**
     * See to it that the sessions of this order stay held, whatever happens from now on: right before it is paid.
     *
     * @returns {Promise<boolean>} whether the order may be paid
     */
    async beginSalonSessions(order) {
        const lines = order.salonSessionLines;
        if (!lines.length || order.isRefund) {
            return true;
        }
        const begin = () =>
            this.data.call("salon.treatment.card", "begin_sessions", [
                this.config.id,
                order.uuid,
                lines.map((line) => line.uuid),
            ]);
        try {
            await begin();
            return true;
        } catch (error) {
            if (!(error instanceof RPCError)) {
                this._explainSalonSession(error);
                return false;
            }
        }
        // Held too long ago: asked for once more, they may still be there.
        for (const line of lines) {
            const held = await this._holdSalonSession(order, line, line.salon_treatment_card_id);
            const isSame =
                held && order.currency.isZero(held.amount - line.prices.total_included);
            if (!isSame) {
                await this.undoSalonSession(order, line);
                return false;
            }
        }
        await begin();
        return true;
    },

    // Odoo's own ways --------------------------------------------------------------------------------

    async validateOrderFast(paymentMethod) {
        this.refreshSalonSessions(this.getOrder());
        return super.validateOrderFast(...arguments);
    },

    setPartnerToCurrentOrder(partner) {
        const order = this.getOrder();
        // Sessions are for their client: what they paid for is paid otherwise.
        const lines = order?.getPartner()?.id === partner?.id ? [] : order.salonSessionLines;
        super.setPartnerToCurrentOrder(...arguments);
        for (const line of lines.filter((one) => one.order_id)) {
            this.undoSalonSession(order, line, { release: false });
        }
        if (lines.length) {
            this.releaseSalonSessions(order).then(() => this.loadSalonCards(order.getPartner()));
        }
    },

    /** What sessions paid is booked with the order: a refund gives them back. */
    canEditPayment(order) {
        return (
            !order.payment_ids.some((payment) => payment.isSalonSessions) &&
            super.canEditPayment(...arguments)
        );
    },

    removeOrder(order) {
        if (!order.finalized && order.salonSessionLines.length) {
            this.releaseSalonSessions(order);
        }
        return super.removeOrder(...arguments);
    },
});
