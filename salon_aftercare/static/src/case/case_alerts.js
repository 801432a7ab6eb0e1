import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Alerts of cases stay on each of the manager's screens until somebody closes them, or opens the case. */
export const caseAlerts = {
    dependencies: ["action", "bus_service", "notification"],
    start(env, { action, bus_service: bus, notification }) {
        bus.subscribe("salon_aftercare.case_alert", ({ case_id: caseId, title, message }) => {
            const close = notification.add(message, {
                title,
                type: "danger",
                sticky: true,
                className: "o_salon_case_alert",
                buttons: [
                    {
                        name: _t("Show Case"),
                        primary: true,
                        onClick: () => {
                            close();
                            action.doAction({
                                type: "ir.actions.act_window",
                                res_model: "salon.case",
                                res_id: caseId,
                                views: [[false, "form"]],
                            });
                        },
                    },
                ],
            });
        });
        bus.start();
    },
};

registry.category("services").add("salon_aftercare.case_alerts", caseAlerts);
