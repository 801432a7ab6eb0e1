import { registry } from "@web/core/registry";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { listView } from "@web/views/list/list_view";
import { onMounted, onWillUnmount } from "@odoo/owl";

const EVERY = 30000; // milliseconds

/** Return `view` as one that a desk leaves open all day: it shows what changed, by itself. */
function live(view) {
    return {
        ...view,
        Controller: class extends view.Controller {
            setup() {
                super.setup();
                let timer;
                onMounted(() => (timer = setInterval(() => this.showAgain(), EVERY)));
                onWillUnmount(() => clearInterval(timer));
            }

            showAgain() {
                const { root } = this.model;
                const busy = root.editedRecord || root.selection?.length || document.querySelector(".o_dialog");
                if (document.visibilityState === "visible" && !busy) {
                    this.model.load();
                }
            }
        },
    };
}

registry.category("views").add("salon_live_list", live(listView));
registry.category("views").add("salon_live_kanban", live(kanbanView));
