from odoo import models


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def load_web_menus(self, debug):
        """Keep the CRM app opening on core's pipeline, and one Configuration.

        An app opens its first menu, which is My day now; habits and core's own tours
        start from the board. Done here, core's menus stay untouched in the database.
        """
        menus = super().load_web_menus(debug)
        lookup = self.env["ir.model.data"]._xmlid_to_res_id
        if lookup("crm.crm_menu_config") in menus:
            self._funnel_take_out(menus, lookup("sales_lead_funnel.funnel_rules_menu"))
        app = menus.get(lookup("crm.crm_menu_root"))
        my_day = menus.get(lookup("sales_lead_funnel.funnel_my_day_menu"))
        board = menus.get(lookup("crm.menu_crm_opportunities"))
        if app and my_day and board and app["actionID"] == my_day["actionID"]:
            app.update(
                actionID=board["actionID"],
                actionModel=board["actionModel"],
                actionPath=board["actionPath"],
            )
        return menus

    def _funnel_take_out(self, menus, menu_id):
        """Leave out a menu with its entries, which the user has elsewhere."""
        for child_id in menus.pop(menu_id, {}).get("children", ()):
            menus.pop(child_id, None)
        for menu in menus.values():
            menu["children"] = [id_ for id_ in menu["children"] if id_ != menu_id]
