import { PosStore } from "@point_of_sale/app/services/pos_store";
import { patch } from "@web/core/utils/patch";

patch(PosStore.prototype, {
    /**
     * Fetch the membership of the order's client, and the price that is due to them now: the till may
     * have loaded the client before they became a member.
     */
    loadSalonMembership(order) {
        const key = `${order.uuid} ${order.getPartner()?.id}`;
        this.salonMembershipLoads ||= new Map();
        if (!this.salonMembershipLoads.has(key)) {
            const load = this._loadSalonMembership(order);
            this.salonMembershipLoads.set(key, load);
            load.finally(() => this.salonMembershipLoads.delete(key));
        }
        return this.salonMembershipLoads.get(key);
    },

    async _loadSalonMembership(order) {
        const partner = order.getPartner();
        if (!partner || order.finalized) {
            return;
        }
        const usualPricelist = this.salonPricelistOf(partner);
        try {
            const data = await this.data.call("salon.membership", "load_till_membership", [
                partner.id,
                this.config.id,
            ]);
            if (!data["salon.membership"].length) {
                order.salonMembership?.delete();
            }
            // Odoo's own screens can't show a card whose program came after the till was opened.
            data["loyalty.card"] = data["loyalty.card"].filter((card) =>
                this.models["loyalty.program"].get(card.program_id)
            );
            this.models.connectNewData(data);
        } catch (error) {
            // Without a connection the till sells as usual; the server settles when the order arrives.
            console.info("The client's membership could not be loaded", error);
            return;
        }
        if (order.getPartner()?.id !== partner.id || order.finalized) {
            return;
        }
        const pricelist = this.salonPricelistOf(partner);
        if (pricelist?.id !== usualPricelist?.id && order.pricelist_id?.id === usualPricelist?.id) {
            order.updatePricelistAndFiscalPosition(partner);
        }
        await this.updateRewards();
    },

    setPartnerToCurrentOrder(partner) {
        super.setPartnerToCurrentOrder(...arguments);
        this.loadSalonMembership(this.getOrder()); // the payment screen chooses clients too
    },

    salonPricelistOf(partner) {
        return (
            this.models["product.pricelist"].get(partner.property_product_pricelist?.id) ||
            this.config.pricelist_id
        );
    },

    async postSyncAllOrders(orders) {
        await super.postSyncAllOrders(...arguments);
        for (const order of orders) {
            if (order.salonMembership && (order.salon_points || order.salon_points_spent)) {
                order.salonMembership.points = order.salon_points_balance;
            }
        }
    },
});
