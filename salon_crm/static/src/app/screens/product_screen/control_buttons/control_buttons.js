import { ControlButtons } from "@point_of_sale/app/screens/product_screen/control_buttons/control_buttons";
import { SelectionPopup } from "@point_of_sale/app/components/popups/selection_popup/selection_popup";
import { makeAwaitable } from "@point_of_sale/app/utils/make_awaitable_dialog";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(ControlButtons.prototype, {
    get salonServiceLine() {
        const line = this.currentOrder?.getSelectedOrderline();
        // Who did what was booked stands in the visit.
        const sold = line?.isSalonService && !line.refunded_orderline_id && !line.salon_visit_line_id;
        return sold ? line : undefined;
    },

    /** Say who performed the selected service: a sale without a booking makes its visit from it. */
    async clickSalonStylist() {
        const line = this.salonServiceLine;
        this.props.close?.();
        const choice = await makeAwaitable(this.dialog, SelectionPopup, {
            title: _t("Who performed %s?", line.product_id.display_name),
            list: this.salonStylistChoices(line),
        });
        if (choice) {
            line.setSalonStylist(choice.stylist);
        }
    },

    salonStylistChoices(line) {
        const stylists = this.pos.models["hr.employee.public"]
            .getAll()
            .toSorted((one, other) => one.name.localeCompare(other.name));
        const pricesDiffer = stylists.some((stylist) => line.salonDifferenceWith(stylist));
        const choices = stylists.map((stylist) => ({
            id: stylist.id,
            label: stylist.name,
            description: pricesDiffer && this.salonPriceWith(line, stylist),
            isSelected: stylist.id === line.salon_stylist_id?.id,
            item: { stylist },
        }));
        if (line.salon_stylist_id) {
            choices.push({ id: "nobody", label: _t("Nobody in particular"), item: {} });
        }
        return choices;
    },

    /** What the client would pay, as this till shows prices. */
    salonPriceWith(line, stylist) {
        const taxes = line.product_id.getTaxDetails({
            overridedValues: {
                priceExtra: line.salonPriceExtraWith(stylist),
                pricelist: this.currentOrder.pricelist_id,
                fiscalPosition: this.currentOrder.fiscal_position_id,
            },
        });
        const withTax = this.pos.config.iface_tax_included === "total";
        return this.env.utils.formatCurrency(withTax ? taxes.total_included : taxes.total_excluded);
    },
});
