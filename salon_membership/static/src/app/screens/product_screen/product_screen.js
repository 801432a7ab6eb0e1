import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { MEMBER } from "@salon_membership/app/services/barcode_reader_service";
import { patch } from "@web/core/utils/patch";

patch(ProductScreen.prototype, {
    /** The number on a membership card is looked up by the server: the till loads members one at a time. */
    async _getPartnerByBarcode(code) {
        if (!code.code.startsWith(MEMBER)) {
            return super._getPartnerByBarcode(...arguments);
        }
        const known = this.pos.models["salon.membership"].find(
            (one) => one.number === code.code.slice(MEMBER.length)
        );
        if (known?.partner_id) {
            return known.partner_id;
        }
        try {
            const partnerId = await this.pos.data.call("salon.membership", "find_client_by_card", [
                code.code,
                this.pos.config.id,
            ]);
            if (partnerId && !this.pos.models["res.partner"].get(partnerId)) {
                await this.pos.data.read("res.partner", [partnerId]);
            }
            return partnerId && this.pos.models["res.partner"].get(partnerId);
        } catch (error) {
            console.info("The member could not be looked up", error);
            return false;
        }
    },
});
