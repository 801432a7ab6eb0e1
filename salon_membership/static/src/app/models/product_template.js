import { ProductTemplateAccounting } from "@point_of_sale/app/models/accounting/product_template_accounting";
import { patch } from "@web/core/utils/patch";

function withoutMemberPrice(template) {
    let category = template.categ_id;
    while (category && !category.salon_no_member_price) {
        category = category.parent_id;
    }
    return Boolean(template.salon_no_member_price || category);
}

/** Those rules of a tier's pricelist that are for a product: the server picks them in the same way. */
function pricelistFor(pricelist, template) {
    const scope = template.is_salon_service ? "service" : "product";
    const isSpared = withoutMemberPrice(template);
    const isFor = (rule) =>
        !rule.is_salon_tier_rule || (!isSpared && (!rule.salon_scope || rule.salon_scope === scope));
    const items = pricelist.models["product.pricelist.item"];
    return {
        id: pricelist.id,
        getGeneralRulesIdsByCategories: (categoryIds) =>
            pricelist
                .getGeneralRulesIdsByCategories(categoryIds)
                .filter((ruleId) => isFor(items.get(ruleId))),
    };
}

/** Members' prices: other discounts for services and products, what is spared, and the floor. */
patch(ProductTemplateAccounting.prototype, {
    getPrice(pricelist, quantity, priceExtra = 0, recurring = false, variant = false, ...others) {
        if (!pricelist?.salon_tier_id) {
            return super.getPrice(...arguments);
        }
        const template = variant?.product_tmpl_id || this.product_tmpl_id || this;
        const rules = pricelistFor(pricelist, template);
        const price = super.getPrice(rules, quantity, priceExtra, recurring, variant, ...others);
        const floor = template.salon_floor_price;
        if (!floor) {
            return price;
        }
        const listPrice = (variant ? variant.lst_price : this.list_price) + (priceExtra || 0);
        return Math.max(price, Math.min(floor, listPrice));
    },
});
