import { Component, useEffect, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";

/**
 * What the salon knows of the chosen client, under the order: the open visit, whose services come into
 * the order with one tap. Other addons put their badges into it.
 */
export class SalonPanel extends Component {
    static template = "salon_crm.SalonPanel";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.state = useState({ visitId: null });
        this.addServices = useTrackedAsync(() => this.addVisitServices());
        useEffect(
            (partnerId) => {
                this.loadVisit(partnerId);
            },
            () => [this.partner?.id]
        );
    }

    get partner() {
        return this.props.order.getPartner();
    }

    get visit() {
        const visit = this.pos.models["salon.visit"].get(this.state.visitId);
        return visit?.partner_id?.id === this.partner?.id ? visit : undefined;
    }

    /** Services of the visit that are in no order of this till yet. */
    get openLines() {
        const taken = new Set(
            this.pos.models["pos.order.line"].map((line) => line.salon_visit_line_id?.id)
        );
        return (this.visit?.line_ids || []).filter((line) => line.product_id && !taken.has(line.id));
    }

    get openNames() {
        return this.openLines.map((line) => line.product_id.display_name).join(", ");
    }

    get stylistNames() {
        const names = this.openLines.map((line) => line.stylist_public_id?.name).filter(Boolean);
        return [...new Set(names)].join(", ");
    }

    async loadVisit(partnerId) {
        this.state.visitId = null;
        if (!partnerId) {
            return;
        }
        try {
            const data = await this.pos.data.call("salon.visit", "load_till_visit", [
                partnerId,
                this.pos.config.id,
            ]);
            await this.loadProducts(data["salon.visit.line"].map((line) => line.product_id));
            this.pos.models.connectNewData(data);
            if (this.partner?.id === partnerId) {
                this.state.visitId = data["salon.visit"][0]?.id || null;
            }
        } catch (error) {
            // Without a connection the till sells as usual; the server finds the visit when the order arrives.
            console.info("The client's visit could not be loaded", error);
        }
    }

    /** A till with many products starts with some of them: fetch those of the visit that it lacks. */
    async loadProducts(productIds) {
        const missing = productIds.filter((id) => !this.pos.models["product.product"].get(id));
        if (missing.length) {
            await this.pos.loadNewProducts([["product_variant_ids", "in", missing]]);
        }
    }

    async addVisitServices() {
        const order = this.props.order;
        for (const line of this.openLines) {
            await this.pos.addLineToOrder(
                {
                    product_id: line.product_id,
                    product_tmpl_id: line.product_id.product_tmpl_id,
                    qty: line.quantity,
                    salon_visit_line_id: line,
                    salon_stylist_id: line.stylist_public_id,
                },
                order,
                {},
                false
            );
        }
        order.salon_visit_id = this.visit;
    }
}

ProductScreen.components = { ...ProductScreen.components, SalonPanel };
