import { Component } from "@odoo/owl";
import { NumberPopup } from "@point_of_sale/app/components/popups/number_popup/number_popup";
import { usePos } from "@point_of_sale/app/hooks/pos_hook";
import { useTrackedAsync } from "@point_of_sale/app/hooks/hooks";
import { formatCurrency } from "@point_of_sale/app/models/utils/currency";
import { SalonPanel } from "@salon_crm/app/components/salon_panel/salon_panel";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

/** Part payment by points: how many is asked for, with the most that makes sense as a proposal. */
export class PointsButton extends Component {
    static template = "salon_membership.PointsButton";
    static props = { order: Object };

    setup() {
        this.pos = usePos();
        this.dialog = useService("dialog");
        this.spend = useTrackedAsync((points) =>
            this.pos.spendSalonPoints(this.props.order, points)
        );
    }

    /** Whether there is something to sell that points could pay. */
    get isShown() {
        const { order } = this.props;
        // Not beside prepaid money alone, where its reason would take the lines' place on a small screen.
        const payable = order.salonPayable > 0 || order.salonPartPayment > 0;
        const isPrepaid =
            !payable &&
            order.lines.every((line) => line.isSalonPrepaid || line.isSalonSession);
        return Boolean(order.salonMembership) && order.lines.length > 0 && !order.is_refund && !isPrepaid;
    }

    get reason() {
        return this.props.order.salonPointsReason;
    }

    ask() {
        const { order } = this.props;
        const most = order.salonMostPoints;
        const least = Math.max(order.salonProgram.salon_points_minimum, 1);
        const number = (buffer) => parseInt(buffer, 10) || 0;
        this.dialog.add(NumberPopup, {
            title: _t("Use Points"),
            subtitle: _t("%(client)s can use up to %(points)s points", {
                client: order.getPartner().name,
                points: most,
            }),
            startingValue: order.salonPointsFor(order.salonPartPayment) || most,
            feedback: (buffer) => {
                const points = number(buffer);
                if (points > most) {
                    return _t("No more than %s points", most);
                }
                if (points && points < least) {
                    return _t("No fewer than %s points", least);
                }
                return formatCurrency(-order.salonAmountFor(points), order.currency);
            },
            isValid: (buffer) => {
                const points = number(buffer);
                return points === 0 || (points >= least && points <= most);
            },
            getPayload: (buffer) => this.spend.call(number(buffer)),
        });
    }
}

SalonPanel.components = { ...SalonPanel.components, PointsButton };
