import { Component, useEffect, useState } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";

/** Tells the manager above the list how many visits were forgotten open, and shows them with one click. */
export class ForgottenVisits extends Component {
    static template = "salon_crm.ForgottenVisits";
    static props = { list: Object };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ count: 0 });
        useEffect(
            () => {
                this.load();
            },
            () => [this.props.list]
        );
    }

    /** The search view's own filter: one rule says what is forgotten. */
    get filter() {
        return this.env.searchModel?.getSearchItems((item) => item.name === "forgotten")[0];
    }

    get isShown() {
        return this.state.count && !this.filter?.isActive;
    }

    async load() {
        const isManager = await user.hasGroup("salon_crm.group_salon_manager");
        if (isManager && this.filter) {
            const domain = new Domain(this.filter.domain).toList();
            this.state.count = await this.orm.searchCount("salon.visit", domain);
        }
    }

    show() {
        const { id } = this.filter;
        this.env.searchModel.clearQuery();
        this.env.searchModel.toggleSearchItem(id);
    }
}

class VisitListRenderer extends ListRenderer {
    static template = "salon_crm.VisitListRenderer";
    static components = { ...ListRenderer.components, ForgottenVisits };
}

/** The same on a phone. */
class VisitKanbanRenderer extends KanbanRenderer {
    static template = "salon_crm.VisitKanbanRenderer";
    static components = { ...KanbanRenderer.components, ForgottenVisits };
}

registry.category("views").add("salon_visit_list", { ...listView, Renderer: VisitListRenderer });
registry.category("views").add("salon_visit_kanban", { ...kanbanView, Renderer: VisitKanbanRenderer });
