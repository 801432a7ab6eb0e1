import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";

patch(SalonPanel.prototype, {
    /** “20.00 more to Silver”, as it is after this order. */
    get tierProgress() {
        const missing = this.props.order.salonTierMissing;
        if (!missing) {
            return "";
        }
        const values = {
            tier: this.props.order.salonMembership.next_tier_id.name,
            amount: this.env.utils.formatCurrency(missing.amount),
            visits: missing.visits,
        };
        if (missing.amount && missing.visits) {
            return this.pos.company.salon_tier_basis === "both"
                ? _t("%(amount)s and %(visits)s visits more to %(tier)s", values)
                : _t("%(amount)s or %(visits)s visits more to %(tier)s", values);
        }
        if (missing.amount) {
            return _t("%(amount)s more to %(tier)s", values);
        }
        if (missing.visits) {
            return _t("%(visits)s visits more to %(tier)s", values);
        }
        return _t("%(tier)s with this order", values);
    },
});
