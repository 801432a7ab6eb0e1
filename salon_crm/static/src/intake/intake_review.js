import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useReveal } from "@salon_crm/reveal/reveal";

const KINDS = {
    sensitivity: _t("Sensitivity"),
    skin: _t("Skin"),
    scalp: _t("Scalp"),
    medication: _t("Medication"),
    pregnancy: _t("Pregnancy"),
    note: _t("Other Note"),
};
const SEVERITIES = [
    ["1", _t("Mild")],
    ["2", _t("Moderate")],
    ["3", _t("Severe")],
];

/**
 * What a client answered, beside what the file says: a tick takes an answer over. What was told of the client's health
 * is not here before somebody who may know it asks to see it; that is logged.
 */
export class IntakeReview extends Component {
    static template = "salon_crm.IntakeReview";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.kinds = KINDS;
        this.severities = SEVERITIES;
        this.state = useState({ rows: [], maySeeHealth: false, told: null, busy: false });
        Object.assign(this, useReveal(this.state, () => this.hideHealth()));
        onWillStart(() => this.load());
    }

    get data() {
        return this.props.record.data;
    }

    get open() {
        return this.data.state === "filled";
    }

    get healthOpen() {
        return this.data.health_state === "open";
    }

    /** @returns {Boolean} whether this answer can be ticked */
    canTake(row) {
        return this.open && row.field && row.answer && !row.same;
    }

    async load() {
        const sheet = [this.props.record.resId];
        const [review, maySeeHealth] = await Promise.all([
            this.orm.call("salon.intake", "load_review", [sheet]),
            this.data.health_state === "none" ? false : this.orm.call("salon.intake", "may_see_health", [sheet]),
        ]);
        Object.assign(this.state, { rows: review.rows, maySeeHealth });
    }

    async call(method, ...args) {
        await this.during(async () => {
            await this.orm.call("salon.intake", method, [[this.props.record.resId], ...args]);
            await this.props.record.load();
            await this.load();
        });
    }

    takeOver() {
        const chosen = this.state.rows.filter((row) => this.canTake(row) && row.take);
        return this.call("take_over", Object.fromEntries(chosen.map((row) => [row.key, row.old])));
    }

    decline() {
        return this.call("action_decline");
    }

    showHealth() {
        return this.during(async () => {
            const told = await this.orm.call("salon.intake", "reveal_health", [[this.props.record.resId], "review"]);
            for (const { proposals } of told) {
                for (const proposal of proposals) {
                    Object.assign(proposal, { take: !proposal.known, severity: "2" });
                }
            }
            this.state.told = told;
            this.hideLater();
        });
    }

    hideHealth() {
        this.state.told = null;
    }

    async takeOverHealth() {
        const chosen = this.state.told.flatMap(({ proposals }) => proposals.filter((proposal) => proposal.take));
        const severity = ({ kind, severity }) => (kind === "sensitivity" ? severity : false);
        await this.call("take_over_health", Object.fromEntries(chosen.map((one) => [one.id, severity(one)])));
        this.hideHealth();
    }

    async declineHealth() {
        await this.call("decline_health");
        this.hideHealth();
    }
}

registry.category("view_widgets").add("salon_intake_review", { component: IntakeReview });
