import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { AlertDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { downloadFile } from "@web/core/network/download";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { useState } from "@odoo/owl";

patch(ReceiptScreen.prototype, {
    setup() {
        super.setup(...arguments);
        this.salonContract = useState({ isLoading: false });
        this.salonDialog = useService("dialog");
    },

    /** Whether this order sold a top-up or a treatment card, which has its contract. */
    get hasSalonContract() {
        return this.currentOrder.lines.some((line) => line.isSalonPrepaid && line.qty > 0);
    },

    async printSalonContract() {
        if (this.salonContract.isLoading) {
            return;
        }
        this.salonContract.isLoading = true;
        try {
            const paper = await this.pos.data.call("pos.order", "print_till_contracts", [
                this.pos.config.id,
                this.currentOrder.uuid,
            ]);
            if (paper.data) {
                const bytes = Uint8Array.from(atob(paper.data), (char) => char.charCodeAt(0));
                downloadFile(new Blob([bytes], { type: "application/pdf" }), paper.name, "application/pdf");
            } else {
                this._saySalonContract(_t("There is no contract yet: this order has not arrived at the server."));
            }
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                this._saySalonContract(_t("The contract comes from the server. Print it when there is a connection again."));
            } else if (error instanceof RPCError) {
                this._saySalonContract(error.data?.message || error.message);
            } else {
                throw error;
            }
        } finally {
            this.salonContract.isLoading = false;
        }
    },

    _saySalonContract(body) {
        this.salonDialog.add(AlertDialog, { title: _t("The contract can't be printed now"), body });
    },
});
