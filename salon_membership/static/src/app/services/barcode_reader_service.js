import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { patch } from "@web/core/utils/patch";

export const MEMBER = "MEMBER-"; // the server's salon_membership_card.py knows it too

/** A membership card is a client's, whatever the barcodes of the company look like. */
patch(BarcodeReader.prototype, {
    async _scan(code) {
        if (!code?.startsWith(MEMBER)) {
            return super._scan(...arguments);
        }
        const maps = this.exclusiveCbMap ? [this.exclusiveCbMap] : [...this.cbMaps];
        const parsed = { type: "client", code, base_code: code, encoding: "any", value: 0 };
        const callbacks = maps.map((map) => map.client).filter(Boolean);
        if (!callbacks.length) {
            this.showNotFoundNotification(parsed);
        }
        for (const callback of callbacks) {
            await callback(parsed);
        }
    },
});
