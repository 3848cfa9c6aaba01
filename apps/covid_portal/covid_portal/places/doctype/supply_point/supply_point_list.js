// Its name is a random one, which tells nobody anything.

frappe.listview_settings["Supply Point"] = { hide_name_column: true };
