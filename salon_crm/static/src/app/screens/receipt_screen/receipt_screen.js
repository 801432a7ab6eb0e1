import { ReceiptScreen } from "@point_of_sale/app/screens/receipt_screen/receipt_screen";
import { NextVisitButton } from "@salon_crm/app/components/next_visit/next_visit_button";

ReceiptScreen.components = { ...ReceiptScreen.components, NextVisitButton };
