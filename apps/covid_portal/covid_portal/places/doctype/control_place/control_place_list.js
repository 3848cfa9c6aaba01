// Its name is a random one, which tells nobody anything.

frappe.listview_settings["Control Place"] = { hide_name_column: true };
