import { registry } from "@web/core/registry";
import { Photos } from "@salon_crm/photo/photos";

/** The photos of the visit that a case is about: they lie there, encrypted, for who may see them. */
export class CasePhotos extends Photos {
    get model() {
        return "salon.visit";
    }

    get id() {
        return this.props.record.data.visit_id?.id;
    }

    get isVisit() {
        return true;
    }
}

registry.category("view_widgets").add("salon_case_photos", { component: CasePhotos });
