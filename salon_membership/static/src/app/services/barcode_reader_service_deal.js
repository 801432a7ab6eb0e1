import { BarcodeReader } from "@point_of_sale/app/services/barcode_reader_service";
import { patch } from "@web/core/utils/patch";
import "@salon_membership/app/services/barcode_reader_service"; // this adds to it

/** While a voucher is asked for, what is scanned is its code, whatever it looks like. */
patch(BarcodeReader.prototype, {
    async _scan(code) {
        if (code && this.salonDealScan) {
            return this.salonDealScan(code);
        }
        return super._scan(...arguments);
    },
});
