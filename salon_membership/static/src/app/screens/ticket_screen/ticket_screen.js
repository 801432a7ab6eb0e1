import { TicketScreen } from "@point_of_sale/app/screens/ticket_screen/ticket_screen";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(TicketScreen.prototype, {
    /** What was spent in points comes back with the goods, in proportion: it is not chosen by itself. */
    _isSalonSpending(line) {
        const spending = Boolean(line?.isSalonSpending);
        if (spending) {
            this.notification.add(
                _t("The points come back with what is refunded. Choose the goods.")
            );
        }
        return spending;
    },

    _onUpdateSelectedOrderline() {
        const lineId = this.getSelectedOrderlineId();
        const line = this.getSelectedOrder()?.lines.find((one) => one.id == lineId);
        if (this._isSalonSpending(line)) {
            return this.numberBuffer.reset();
        }
        return super._onUpdateSelectedOrderline(...arguments);
    },

    _prepareAutoRefundOnOrder(order) {
        const lineId = this.getSelectedOrderlineId();
        const line = order.lines.find((one) => one.id == lineId);
        return !this._isSalonSpending(line) && super._prepareAutoRefundOnOrder(...arguments);
    },

    async addAdditionalRefundInfo(order, destinationOrder) {
        await super.addAdditionalRefundInfo(...arguments);
        destinationOrder.refreshSalonRefund();
    },
});
