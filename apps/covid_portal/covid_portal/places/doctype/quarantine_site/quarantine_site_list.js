// Its name is a random one, which tells nobody anything.

frappe.listview_settings["Quarantine Site"] = { hide_name_column: true };
