import { Component, useEffect, useState } from "@odoo/owl";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { ProductScreen } from "@point_of_sale/app/screens/product_screen/product_screen";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { ClientCard } from "@salon_crm/app/components/client_card/client_card";
import { NextVisitButton } from "@salon_crm/app/components/next_visit/next_visit_button";

/**
 * What the salon knows of the chosen client, under the order: the open visits that they pay for, whose services
 * come into the order with one tap. Other addons put their badges into it.
 */
export class SalonPanel extends Component {
    static template = "salon_crm.SalonPanel";
    static components = { ClientCard, NextVisitButton };
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.state = useState({ partnerId: null, visitIds: [] });
        this.openLineIds = new Set();
        this.addServices = useTrackedAsync(() => this.addVisitServices());
        useEffect(
            (partnerId) => {
                this.state.visitIds = [];
                this.loadVisits(partnerId);
            },
            () => [this.partner?.id]
        );
    }

    get partner() {
        return this.props.order.getPartner();
    }

    /** The client's own visit first, then those of the guests for whom they booked. */
    get visits() {
        if (!this.partner || this.state.partnerId !== this.partner.id) {
            return [];
        }
        return this.pos.models["salon.visit"].readMany(this.state.visitIds);
    }

    /** Services of these visits that are in no order of this till yet, by visit. */
    get openVisits() {
        const taken = new Set(
            this.pos.models["pos.order.line"].map((line) => line.salon_visit_line_id?.id)
        );
        return this.visits
            .map((visit) => ({
                id: visit.id,
                // Whose services these are: it goes without saying when they are the client's own alone.
                guest: this.visits.length > 1 ? visit.partner_name : visit.guestName(this.partner),
                // What the last answer of the server left out was paid, or is in an order of another till.
                lines: visit.line_ids.filter(
                    (line) => line.product_id && this.openLineIds.has(line.id) && !taken.has(line.id)
                ),
            }))
            .filter((visit) => visit.lines.length);
    }

    names(lines) {
        return lines.map((line) => line.product_id.display_name).join(", ");
    }

    stylists(lines) {
        return [...new Set(lines.map((line) => line.stylist_public_id?.name))]
            .filter(Boolean)
            .join(", ");
    }

    async loadVisits(partnerId) {
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
                this.openLineIds = new Set(data["salon.visit.line"].map((line) => line.id));
                this.state.partnerId = partnerId;
                this.state.visitIds = data["salon.visit"].map((visit) => visit.id);
            }
        } catch (error) {
            // Without a connection the till sells as usual; the server finds the visits when the order arrives.
            console.info("The client's visits could not be loaded", error);
        }
    }

    /** A till with many products starts with some of them: fetch those of the visits that it lacks. */
    async loadProducts(productIds) {
        const missing = productIds.filter((id) => !this.pos.models["product.product"].get(id));
        if (missing.length) {
            await this.pos.loadNewProducts([["product_variant_ids", "in", missing]]);
        }
    }

    async addVisitServices() {
        const order = this.props.order;
        await this.loadVisits(this.partner.id); // another till may have taken them over meanwhile
        for (const line of this.openVisits.flatMap((visit) => visit.lines)) {
            const productTemplate = line.product_id.product_tmpl_id;
            const difference = line.stylist_public_id?.getPriceDifference(productTemplate) || 0;
            await this.pos.addLineToOrder(
                {
                    product_id: line.product_id,
                    product_tmpl_id: productTemplate,
                    qty: line.quantity,
                    price_extra: difference,
                    salon_price_difference: difference,
                    salon_visit_line_id: line,
                    salon_stylist_id: line.stylist_public_id,
                },
                order,
                {},
                false
            );
        }
        order.salon_visit_id = this.visits[0];
    }
}

ProductScreen.components = { ...ProductScreen.components, SalonPanel };
