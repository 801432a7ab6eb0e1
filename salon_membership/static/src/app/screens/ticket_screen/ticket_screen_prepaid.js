import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/screens/ticket_screen/ticket_screen_wallet"; // this adds to it

/** Whether prepaid money is taken back, and for how much, the server says before anything is paid out. */
patch(TicketScreen.prototype, {
    async onDoRefund() {
        this.salonTakenBack = [];
        const order = this.getSelectedOrder();
        if (order && !(await this._maySalonTakeBack(order))) {
            return;
        }
        return super.onDoRefund(...arguments);
    },

    /** @returns {Object} of lines that sold prepaid money, how many pieces are about to be refunded, by their ids */
    _salonPrepaidToRefund(order) {
        const isSole = this._doesOrderHaveSoleItem(order);
        const quantities = {};
        for (const line of order.lines.filter((one) => one.isSalonPrepaid && one.qty > 0)) {
            const chosen = this._getRefundableDetails(order.getPartner(), order).find(
                (detail) => detail.line.uuid === line.uuid
            );
            const quantity = chosen?.qty || (isSole ? line.qty : 0);
            if (quantity && Number.isInteger(line.id)) {
                quantities[line.id] = quantity;
            }
        }
        return quantities;
    },

    async _maySalonTakeBack(order) {
        const quantities = this._salonPrepaidToRefund(order);
        if (!Object.keys(quantities).length) {
            return true;
        }
        let answers;
        try {
            answers = await this.pos.data.call("pos.order.line", "load_till_take_back", [
                this.pos.config.id,
                quantities,
            ]);
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this._refuseSalonTakeBack(
                    _t("Top-ups and treatment cards are taken back only with a connection: the server knows what is left of them.")
                );
            } else if (error instanceof RPCError) {
                this._refuseSalonTakeBack(error.data?.message || error.message);
            } else {
                throw error;
            }
            return false;
        }
        const refused = answers.filter((answer) => !answer.may);
        if (refused.length) {
            this._refuseSalonTakeBack(refused.map((answer) => answer.message).join("\n"));
            return false;
        }
        for (const answer of answers) {
            this.notification.add(answer.message, { type: "info" });
        }
        this.salonTakenBack = answers;
        return true;
    },

    _refuseSalonTakeBack(body) {
        this.dialog.add(AlertDialog, { title: _t("This is not taken back here"), body });
    },

    /** What is paid back is what is left of it, not what it was sold for. */
    postRefund(destinationOrder) {
        for (const answer of this.salonTakenBack || []) {
            const line = destinationOrder.lines.find(
                (one) => one.refunded_orderline_id?.id === answer.line_id
            );
            const price = line && answer.amount / Math.abs(line.qty);
            if (line && !this.pos.currency.isZero(price - Math.abs(line.price_unit))) {
                line.price_type = "manual";
                line.setUnitPrice(price);
            }
        }
        super.postRefund(destinationOrder);
    },
});
