import { PosStore } from "@point_of_sale/app/services/pos_store";
import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { enhancedButtons } from "@point_of_sale/app/components/numpad/numpad";
import { ask, makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { PinDialog, SEND } from "@salon_membership/app/components/wallet/pin_dialog";
import { TopupDialog } from "@salon_membership/app/components/wallet/topup_dialog";
import { WALLET } from "@salon_membership/app/models/pos_order_wallet";
import { accountTaxHelpers } from "@account/helpers/account_tax";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { parseFloat } from "@web/views/fields/parsers";
import "@salon_membership/app/services/pos_store_points"; // this adds to it

/**
 * Payment by stored value: it is in an order only after the server has held it, and leaves it when the order changes.
 * The server settles by its own figures when the order is paid.
 */
patch(PosStore.prototype, {
    async setup() {
        this.salonWallets = {};
        this.salonReleases = new Map();
        await super.setup(...arguments);
    },

    get salonWalletMethod() {
        return this.config.payment_method_ids.find(
            (method) => method.use_payment_terminal === WALLET
        );
    },

    get hasSalonWallets() {
        return Boolean(this.company.salon_topup_product_id && this.salonWalletMethod);
    },

    /** Fetch what this client has on their card; tills without stored value ask nothing. */
    async loadSalonWallet(partner) {
        if (!partner || !this.hasSalonWallets) {
            return;
        }
        try {
            const args = [this.config.id, partner.id];
            const wallet = await this.data.call("salon.wallet", "load_till_wallet", args);
            this.salonWallets[partner.id] = wallet;
            return wallet;
        } catch (error) {
            // Without a connection the till sells as usual.
            console.info("The client's stored value could not be loaded", error);
        }
    },

    _saySalon(title, body) {
        this.dialog.add(AlertDialog, { title, body });
    },

    _explainSalonWallet(error) {
        if (error instanceof ConnectionLostError) {
            this._saySalon(
                _t("No connection"),
                _t(
                    "Stored value can be used only with a connection: the server has to hold it, so that no other order gets it. Everything else sells as usual."
                )
            );
        } else if (error instanceof RPCError) {
            this._saySalon(_t("Stored value can't be used"), error.data?.message || error.message);
        } else {
            throw error;
        }
    },

    // Holding ----------------------------------------------------------------------------------------

    /**
     * Ask the server to hold `amount` for `order`, less where the cashier agrees to that.
     *
     * @returns {Promise<Object|null>} its parts; null when nothing is held: then the cashier has been told why
     */
    async holdSalonValue(order, amount) {
        const partner = order.getPartner();
        const goods = order.salonWalletGoods;
        let wanted = amount;
        let typed = {};
        for (;;) {
            let answer;
            try {
                await this.salonReleases.get(order.uuid);
                const args = [this.config.id, partner.id, order.uuid, wanted];
                args.push(typed.pin || null, typed.code || null);
                answer = await this.data.call("salon.wallet", "hold_value", args);
            } catch (error) {
                const less = wanted === amount && (await this._offerLessSalonValue(error, order, amount));
                if (!less) {
                    return null;
                }
                wanted = less;
                continue;
            }
            if (!answer.pin) {
                if (order.getPartner()?.id !== partner.id || order.salonWalletGoods !== goods) {
                    this.releaseSalonValue(order);
                    return null;
                }
                return answer;
            }
            typed = await this.askSalonProof(partner, answer);
            if (!typed) {
                return null;
            }
        }
    },

    /**
     * Have the client show that it is them: by their PIN, or by a code that they get by SMS.
     *
     * @param {Object} answer what the server said instead of holding
     * @returns {Promise<Object|null>} "pin" or "code"; null when they gave up
     */
    async askSalonProof(partner, answer) {
        if (answer.pin === "code") {
            return this.askSalonCode(partner, answer.message);
        }
        if (answer.pin === "code_wrong") {
            return this._typeSalonCode(partner, answer.message);
        }
        const pin = await this.askSalonPin(partner, answer);
        return pin === SEND ? this.askSalonCode(partner) : pin ? { pin } : null;
    },

    /** Send a code to the client, on the cashier's word, and have them type it. */
    async askSalonCode(partner, message = "") {
        const agreed =
            !message ||
            (await ask(this.dialog, {
                title: _t("Code by SMS"),
                body: message,
                confirmLabel: _t("Send Code"),
                cancelLabel: _t("Discard"),
            }));
        if (!agreed) {
            return null;
        }
        try {
            const args = [this.config.id, partner.id];
            const answer = await this.data.call("salon.wallet", "send_code", args);
            return this._typeSalonCode(partner, answer.message);
        } catch (error) {
            this._explainSalonWallet(error);
            return null;
        }
    },

    async _typeSalonCode(partner, message) {
        const code = await makeAwaitable(this.dialog, PinDialog, {
            title: _t("Code of %s", partner.name),
            message,
            isCode: true,
            canSend: true,
        });
        return code === SEND ? this.askSalonCode(partner) : code ? { code } : null;
    },

    /** Where there is less than is due, offer what there is; the rest is paid otherwise. */
    async _offerLessSalonValue(error, order, amount) {
        const partner = order.getPartner();
        const wallet = error instanceof RPCError && (await this.loadSalonWallet(partner));
        const free = wallet && this.currency.round(wallet.free_principal + wallet.free_bonus);
        if (!wallet || wallet.state !== "active" || free <= 0 || free >= amount) {
            this._explainSalonWallet(error);
            return 0;
        }
        const agreed = await ask(this.dialog, {
            title: _t("Not enough stored value"),
            body: _t("%(client)s can use %(free)s of %(amount)s. The rest is paid otherwise.", {
                client: partner.name,
                free: this.env.utils.formatCurrency(free),
                amount: this.env.utils.formatCurrency(amount),
            }),
            confirmLabel: _t("Use %s", this.env.utils.formatCurrency(free)),
            cancelLabel: _t("Discard"),
        });
        return agreed ? free : 0;
    },

    /**
     * Have the client type their PIN, or set one where they have none.
     *
     * @param {Object} answer what the server said instead of holding
     */
    async askSalonPin(partner, answer) {
        if (answer.pin === "blocked") {
            if (answer.sms) {
                return SEND;
            }
            this._saySalon(_t("Stored value can't be used"), answer.message);
            return null;
        }
        if (answer.pin === "none") {
            return this.setSalonPin(partner, answer.message);
        }
        return makeAwaitable(this.dialog, PinDialog, {
            title: _t("PIN of %s", partner.name),
            message: answer.message,
            canSend: Boolean(answer.sms),
        });
    },

    /** Set a PIN, or another one for who types the old one; return it. */
    async setSalonPin(partner, message = "") {
        const pin = await makeAwaitable(this.dialog, PinDialog, {
            title: _t("New PIN of %s", partner.name),
            message,
            isNew: true,
        });
        let [oldPin, code] = [null, null];
        while (pin) {
            let answer;
            try {
                const args = [this.config.id, partner.id, pin, oldPin, code];
                answer = await this.data.call("salon.wallet", "set_pin", args);
            } catch (error) {
                this._explainSalonWallet(error);
                return null;
            }
            if (!answer.pin) {
                this.notification.add(_t("The PIN is set."), { type: "success" });
                this.loadSalonWallet(partner);
                return pin;
            }
            const proof = await this.askSalonProof(partner, answer);
            if (!proof) {
                return null;
            }
            [oldPin, code] = [proof.pin || null, proof.code || null];
        }
        return null;
    },

    /** Let the server hold nothing for this order any more. Not reached, it lets go by itself after a while. */
    releaseSalonValue(order) {
        const release = this.data
            .call("salon.wallet", "release_value", [this.config.id, [order.uuid]])
            .catch((error) => console.info("Stored value could not be let go", error))
            .finally(() => this.salonReleases.delete(order.uuid));
        this.salonReleases.set(order.uuid, release);
    },

    // Paying -----------------------------------------------------------------------------------------

    /** Pay `order` by stored value: all that it can cover, or `amount`; what was paid so before is replaced. */
    async paySalonWallet(order, amount = null) {
        if (this.paymentTerminalInProgress || order.finalized) {
            return false;
        }
        if (!order.getPartner()) {
            await this.selectPartner(order);
            if (!order.getPartner()) {
                return false;
            }
        }
        if (order.isRefund || order.totalDue < 0) {
            return this.giveBackSalonValue(order, amount);
        }
        const most = order.salonWalletMost;
        if (!most) {
            this._saySalon(
                _t("Stored value can't be used"),
                order.lines.some((line) => line.isSalonPrepaid)
                    ? _t("Stored value does not pay for prepaid money. Choose another method.")
                    : _t("There is nothing left to pay. Lower another payment first.")
            );
            return false;
        }
        this.paymentTerminalInProgress = true;
        try {
            const held = await this.holdSalonValue(order, Math.min(amount ?? most, most));
            if (held) {
                this._noteSalonValue(order, held);
            }
            return Boolean(held);
        } finally {
            this.paymentTerminalInProgress = false;
        }
    },

    _noteSalonValue(order, held) {
        this.setSalonBonus(order, held.bonus);
        // A cent that rounding of taxes keeps from the discount is paid by principal.
        const principal = this.currency.round(held.principal + held.bonus - order.salonBonusUsed);
        this._setSalonPayment(order, principal, {
            left: { principal: held.left_principal, bonus: held.left_bonus },
        });
    },

    _setSalonPayment(order, amount, note = {}) {
        const line =
            order.salonWalletLine ||
            this.models["pos.payment"].create({
                pos_order_id: order,
                payment_method_id: this.salonWalletMethod,
            });
        line.setAmount(amount);
        line.setPaymentStatus("done");
        order.selectPaymentline(line);
        order.uiState.salonWallet = {
            partnerId: order.getPartner()?.id,
            goods: order.salonWalletGoods,
            ...note,
        };
    },

    /** Put the bonus part of a payment into the order as a discount: one line for each tax that is lessened by it. */
    setSalonBonus(order, amount) {
        order.salonBonusLines.forEach((line) => line.delete());
        if (!(amount > 0)) {
            return;
        }
        const product = this.company.salon_bonus_product_id;
        const baseLines = order.lines
            .filter(
                (line) =>
                    !line.isSalonPrepaid && !line.isSalonPaidApart && !line.refunded_orderline_id
            )
            .map((line) =>
                accountTaxHelpers.prepare_base_line_for_taxes_computation(
                    line,
                    line.prepareBaseLineForTaxesComputationExtraValues()
                )
            );
        accountTaxHelpers.add_tax_details_in_base_lines(baseLines, order.company_id);
        accountTaxHelpers.round_base_lines_tax_details(baseLines, order.company_id);
        const discounts = accountTaxHelpers.prepare_global_discount_lines(
            baseLines,
            order.company_id,
            "fixed",
            amount,
            {
                computation_key: "salon_bonus",
                grouping_function: () => ({
                    grouping_key: { product_id: product },
                    raw_grouping_key: { product_id: product.id },
                }),
            }
        );
        for (const baseLine of discounts) {
            this.models["pos.order.line"].create({
                order_id: order,
                product_id: product,
                price_unit: baseLine.price_unit,
                qty: baseLine.quantity,
                tax_ids: baseLine.tax_ids.map((tax) => ["link", tax]),
                extra_tax_data: accountTaxHelpers.export_base_line_extra_tax_data(baseLine),
                price_type: "manual",
            });
        }
    },

    /** Give what of a refund belongs onto the client's card back to it. */
    giveBackSalonValue(order, amount = null) {
        const most = order.salonWalletBack;
        if (!most) {
            this._saySalon(
                _t("Stored value can't be used"),
                order.lines.some((line) => line.isSalonPrepaid)
                    ? _t("What is paid back of stored value goes out as money. Choose another method.")
                    : _t("There is nothing left to give back.")
            );
            return false;
        }
        this._setSalonPayment(order, -Math.min(amount ?? most, most));
        return true;
    },

    /** Propose to give back what the sale was paid by. */
    proposeSalonGiveBack(order) {
        const amount = Math.min(order.salonWalletTendered, order.salonWalletBack);
        if (amount > 0 && this.salonWalletMethod && order.getPartner()) {
            this.giveBackSalonValue(order, amount);
        }
    },

    /** Have the cashier say how much of the order stored value pays; 0 takes it out again. */
    async changeSalonWallet(order) {
        const isRefund = order.isRefund || order.totalDue < 0;
        const line = order.salonWalletLine;
        const current = isRefund ? -line.amount : line.amount + order.salonBonusUsed;
        const most = isRefund ? order.salonWalletBack : order.salonWalletMost;
        const number = (buffer) => {
            try {
                return this.currency.round(parseFloat(`${buffer || 0}`));
            } catch {
                return NaN;
            }
        };
        const buffer = await makeAwaitable(this.dialog, NumberPopup, {
            title: this.salonWalletMethod.name,
            subtitle: _t("Up to %s", this.env.utils.formatCurrency(most)),
            buttons: enhancedButtons(),
            startingValue: this.env.utils.formatCurrency(current, false),
            isValid: (value) => number(value) >= 0 && number(value) <= most,
        });
        if (buffer === undefined) {
            return;
        }
        if (number(buffer)) {
            await this.paySalonWallet(order, number(buffer));
        } else {
            this.dropSalonWallet(order);
        }
    },

    /** Take payment by stored value out of the order, bonus and all: the client changed their mind. */
    dropSalonWallet(order) {
        const wasHeld = !order.isRefund;
        order.payment_ids
            .filter((line) => line.isSalonWallet)
            .forEach((line) => order.removePaymentline(line));
        order.salonBonusLines.forEach((line) => line.delete());
        order.uiState.salonWallet = null;
        if (wasHeld) {
            this.releaseSalonValue(order);
        }
    },

    /**
     * Take payment by stored value out of an order that was changed since it was asked for: it was for that client,
     * those goods and prices.
     *
     * @returns {boolean} whether the order is as it was
     */
    refreshSalonWallet(order) {
        if (!order || order.finalized || !order.salonUsesWallet) {
            return true;
        }
        const partnerId = order.getPartner()?.id;
        const goods = order.salonWalletGoods;
        const note = order.uiState.salonWallet;
        if (!note) {
            // Another till began it.
            order.uiState.salonWallet = { partnerId, goods };
            return true;
        }
        if (note.partnerId === partnerId && note.goods === goods) {
            return true;
        }
        this.dropSalonWallet(order);
        this.notification.add(
            _t("The order has changed: stored value was taken out. Add it again at the payment.")
        );
        return false;
    },

    /**
     * See to it that what the order uses stays held, whatever happens from now on: right before it is paid.
     *
     * @returns {Promise<boolean>} whether the order may be paid
     */
    async beginSalonWallet(order) {
        if (!this.refreshSalonWallet(order)) {
            return false;
        }
        const line = order.salonWalletLine;
        if (order.isRefund || order.totalDue < 0 || !order.salonUsesWallet) {
            return true;
        }
        if (order.uiState.salonWallet.isBegun) {
            return true;
        }
        const begin = () =>
            this.data.call("salon.wallet", "begin_validation", [this.config.id, order.uuid]);
        try {
            await begin();
        } catch (error) {
            // Held too long ago: asked for once more, it may still be there.
            const used = this.currency.round((line?.amount || 0) + order.salonBonusUsed);
            if (!(error instanceof RPCError)) {
                this._explainSalonWallet(error);
                return false;
            }
            const held = await this.holdSalonValue(order, used);
            const isSame = (one, other) => this.currency.isZero(one - other);
            if (
                !held ||
                !isSame(held.bonus, order.salonBonusUsed) ||
                !isSame(held.principal, line?.amount || 0)
            ) {
                this.dropSalonWallet(order);
                return false;
            }
            await begin();
        }
        order.uiState.salonWallet = { ...order.uiState.salonWallet, isBegun: true };
        return true;
    },

    // Topping up -------------------------------------------------------------------------------------

    async topUpSalonWallet(order) {
        if (!order.getPartner()) {
            await this.selectPartner(order);
        }
        const partner = order.getPartner();
        if (!partner) {
            return;
        }
        const wallet = (await this.loadSalonWallet(partner)) || null;
        const call = (method, ...args) =>
            this.data.call("salon.wallet", method, [this.config.id, partner.id, ...args]);
        this.dialog.add(TopupDialog, {
            client: partner.name,
            wallet,
            loadSteps: () => call("load_topup_steps"),
            preview: (amount) => call("topup_preview", amount),
            topUp: (amount) => this.addSalonTopup(order, amount),
            setPin: () => this.setSalonPin(partner),
        });
    },

    refuseSalonTopupOwed() {
        this._saySalon(
            _t("A top-up is paid at once"),
            _t("It can't be put on the customer account: its bonus could be used before it is paid. Choose another payment method for it.")
        );
    },

    async addSalonTopup(order, amount) {
        const product = this.company.salon_topup_product_id;
        await this.addLineToOrder(
            {
                product_id: product,
                product_tmpl_id: product.product_tmpl_id,
                price_unit: amount,
                qty: 1,
            },
            order,
            {},
            false
        );
        this.updateRewards();
    },

    // Odoo's own ways --------------------------------------------------------------------------------

    updateRewards() {
        const result = super.updateRewards(...arguments);
        this.refreshSalonWallet(this.getOrder());
        return result;
    },

    setPartnerToCurrentOrder() {
        super.setPartnerToCurrentOrder(...arguments);
        this.refreshSalonWallet(this.getOrder());
    },

    removeOrder(order) {
        if (order.salonUsesWallet && !order.finalized) {
            this.releaseSalonValue(order);
        }
        return super.removeOrder(...arguments);
    },

    async postSyncAllOrders(orders) {
        await super.postSyncAllOrders(...arguments);
        for (const order of orders) {
            if (order.finalized && (order.salonUsesWallet || order.salonTopups.length)) {
                delete this.salonWallets[order.getPartner()?.id];
            }
        }
    },

    /** What the card paid is booked with the order: a refund gives it back. */
    canEditPayment(order) {
        return !order.salonUsesWallet && super.canEditPayment(...arguments);
    },

    /** How much of an order the card pays is said on the payment screen. */
    async validateOrderFast(paymentMethod) {
        if (paymentMethod.use_payment_terminal !== WALLET) {
            return super.validateOrderFast(...arguments);
        }
        const order = this.getOrder();
        await this.pay();
        await this.paySalonWallet(order);
    },
});
