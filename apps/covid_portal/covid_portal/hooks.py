app_name = "covid_portal"
app_title = "COVID-19 Portal"
app_publisher = "The COVID Portal authors"
app_description = "The official COVID-19 portal of a province"
app_email = "portal@example.com"
app_license = "MIT"
app_logo_url = "/assets/covid_portal/images/emblem.svg"
# approval: steps, decisions and the question for a reason in every routed form, also of DocTypes an administrator makes.
app_include_js = ["portal_desk.bundle.js", "approval.bundle.js"]
app_include_css = "approval.bundle.css"

after_install = "covid_portal.setup.install.after_install"
after_migrate = ["covid_portal.publishing.snapshot.after_migrate"]

# Both permission hooks of a scoped DocType come from one builder (organisation/scope.py). The list hook is called
# with the user alone on early v15, hence one thin function per DocType.
permission_query_conditions = {
	"Petition": "covid_portal.citizens.doctype.petition.petition.get_permission_query_conditions",
	"Petition Answer": "covid_portal.citizens.doctype.petition_answer.petition_answer.get_permission_query_conditions",
	"Petition Message": "covid_portal.citizens.doctype.petition_message.petition_message.get_permission_query_conditions",
	"Petition Clock": "covid_portal.citizens.doctype.petition_clock.petition_clock.get_permission_query_conditions",
	"Quarantine Site": "covid_portal.places.doctype.quarantine_site.quarantine_site.get_permission_query_conditions",
	"Quarantine Occupancy": "covid_portal.places.doctype.quarantine_occupancy.quarantine_occupancy.get_permission_query_conditions",
	"Supply Point": "covid_portal.places.doctype.supply_point.supply_point.get_permission_query_conditions",
	"Control Place": "covid_portal.places.doctype.control_place.control_place.get_permission_query_conditions",
	"Area Level": "covid_portal.levels.doctype.area_level.area_level.get_permission_query_conditions",
	"Directive": "covid_portal.directives.doctype.directive.directive.get_permission_query_conditions",
	"Directive File": "covid_portal.directives.doctype.directive_file.directive_file.get_permission_query_conditions",
	"Directive Receipt": "covid_portal.directives.doctype.directive_receipt.directive_receipt.get_permission_query_conditions",
	"Directive Recipient": "covid_portal.directives.doctype.directive_recipient.directive_recipient.get_permission_query_conditions",
	"Directive Relation": "covid_portal.directives.doctype.directive_relation.directive_relation.get_permission_query_conditions",
	"Directive Text": "covid_portal.directives.doctype.directive_text.directive_text.get_permission_query_conditions",
	"Arrival": "covid_portal.citizens.doctype.arrival.arrival.get_permission_query_conditions",
	"Arrival Person": "covid_portal.citizens.doctype.arrival.arrival.get_person_permission_query_conditions",
	"Bulletin": "covid_portal.bulletins.doctype.bulletin.bulletin.get_permission_query_conditions",
	"Commune Capacity": "covid_portal.citizens.doctype.commune_capacity.commune_capacity.get_permission_query_conditions",
	"Home Return": "covid_portal.citizens.doctype.home_return.home_return.get_permission_query_conditions",
	"Home Return Person": "covid_portal.citizens.doctype.home_return.home_return.get_person_permission_query_conditions",
	"Figure Contest": "covid_portal.reporting.doctype.figure_contest.figure_contest.get_permission_query_conditions",
	"Correction": "covid_portal.reporting.doctype.correction.correction.get_permission_query_conditions",
	"Consolidated Sheet": "covid_portal.reporting.doctype.consolidated_sheet.consolidated_sheet.get_permission_query_conditions",
	"Situation Report": "covid_portal.reporting.doctype.situation_report.situation_report.get_permission_query_conditions",
	"Consolidated Report": "covid_portal.reporting.doctype.consolidated_report.consolidated_report.get_permission_query_conditions",
	"Report Obligation": "covid_portal.reporting.doctype.report_obligation.report_obligation.get_permission_query_conditions",
	"Duty Assignment": "covid_portal.organisation.doctype.duty_assignment.duty_assignment.get_permission_query_conditions",
	"Report Excuse": "covid_portal.reporting.doctype.report_excuse.report_excuse.get_permission_query_conditions",
	"Deadline Extension": "covid_portal.reporting.doctype.deadline_extension.deadline_extension.get_permission_query_conditions",
	"Report Notice": "covid_portal.reporting.doctype.report_notice.report_notice.get_permission_query_conditions",
	"Approval Step": "covid_portal.approval.doctype.approval_step.approval_step.get_permission_query_conditions",
	"Approval Contribution": "covid_portal.approval.doctype.approval_contribution.approval_contribution.get_permission_query_conditions",
	"Approval Decision": "covid_portal.approval.doctype.approval_decision.approval_decision.get_permission_query_conditions",
	"User": "covid_portal.organisation.people.get_permission_query_conditions",
	"Report Explanation": "covid_portal.reporting.doctype.report_explanation.report_explanation.get_permission_query_conditions",
	"Correction Figure": "covid_portal.reporting.doctype.correction_figure.correction_figure.get_permission_query_conditions",
	"File": "covid_portal.organisation.beside.for_file",
	"Comment": "covid_portal.organisation.beside.for_comment",
	"Version": "covid_portal.organisation.beside.for_version",
	"Communication": "covid_portal.organisation.beside.for_communication",
	"ToDo": "covid_portal.organisation.beside.for_todo",
	"Tag Link": "covid_portal.organisation.beside.for_tag_link",
	"Document Follow": "covid_portal.organisation.beside.for_document_follow",
	"DocShare": "covid_portal.organisation.beside.for_docshare",
}
has_permission = {
	"Petition": "covid_portal.organisation.scope.has_permission",
	"Petition Answer": "covid_portal.organisation.scope.has_permission",
	"Petition Message": "covid_portal.citizens.beside_petition.has_permission",
	"Petition Clock": "covid_portal.citizens.beside_petition.has_permission",
	"Quarantine Site": "covid_portal.organisation.scope.has_permission",
	"Quarantine Occupancy": "covid_portal.organisation.scope.has_permission",
	"Supply Point": "covid_portal.organisation.scope.has_permission",
	"Control Place": "covid_portal.organisation.scope.has_permission",
	"Area Level": "covid_portal.organisation.scope.has_permission",
	"Directive": "covid_portal.directives.doctype.directive.directive.has_permission",
	"Directive Receipt": "covid_portal.directives.doctype.directive_receipt.directive_receipt.has_permission",
	"Directive Text": "covid_portal.directives.doctype.directive_text.directive_text.has_permission",
	"Arrival": "covid_portal.organisation.scope.has_permission",
	"Commune Capacity": "covid_portal.organisation.scope.has_permission",
	"Home Return": "covid_portal.organisation.scope.has_permission",
	"Bulletin": "covid_portal.organisation.scope.has_permission",
	"Figure Contest": "covid_portal.organisation.scope.has_permission",
	"Correction": "covid_portal.organisation.scope.has_permission",
	"Consolidated Sheet": "covid_portal.organisation.scope.has_permission",
	"Situation Report": "covid_portal.organisation.scope.has_permission",
	"Consolidated Report": "covid_portal.organisation.scope.has_permission",
	"Report Obligation": "covid_portal.organisation.scope.has_permission",
	"Duty Assignment": "covid_portal.organisation.scope.has_permission",
	"Report Excuse": "covid_portal.organisation.scope.has_permission",
	"Deadline Extension": "covid_portal.organisation.scope.has_permission",
	"Report Notice": "covid_portal.organisation.scope.has_permission",
	"Approval Step": "covid_portal.approval.access.has_permission",
	"Approval Contribution": "covid_portal.approval.access.has_permission",
	"Approval Decision": "covid_portal.approval.access.has_permission",
	"File": "covid_portal.organisation.beside.has_permission",
	"Comment": "covid_portal.organisation.beside.has_permission",
	"Version": "covid_portal.organisation.beside.has_permission",
	"Communication": "covid_portal.organisation.beside.has_permission",
	"ToDo": "covid_portal.organisation.beside.has_permission",
	"Tag Link": "covid_portal.organisation.beside.has_permission",
	"Document Follow": "covid_portal.organisation.beside.has_permission",
	"DocShare": "covid_portal.organisation.beside.has_permission",
}

doc_events = {
	"*": {
		"before_validate": "covid_portal.approval.joining.place",
		"validate": [
			"covid_portal.approval.guard.refuse_state_changes",
			"covid_portal.organisation.user_permissions.refuse_foreign_places",
		],
		"on_update": "covid_portal.approval.contributions.record",
		"on_trash": [
			"covid_portal.approval.guard.refuse_deletion",
			"covid_portal.organisation.user_permissions.refuse_foreign_places",
			"covid_portal.approval.contributions.forget",
		],
		"before_rename": "covid_portal.approval.guard.refuse_renaming",
	},
	"Duty Assignment": {
		"on_update": "covid_portal.approval.handover.after_change",
		"after_delete": "covid_portal.approval.handover.after_change",
	},
	"Workflow": {
		"before_validate": "covid_portal.approval.managed_workflow.refuse_changes",
		"on_trash": "covid_portal.approval.managed_workflow.refuse_removal",
		"before_rename": "covid_portal.approval.managed_workflow.refuse_removal",
	},
	"File": {"validate": "covid_portal.organisation.beside.refuse_public_files"},
	"Error Log": {"before_insert": "covid_portal.privacy.quiet.keep_places_alone"},
	"Custom Field": {
		"on_trash": "covid_portal.reporting.indicator_fields.refuse_removal",
		"on_update": "covid_portal.organisation.user_permissions.follow_doctype",
	},
	"DocType": {"on_update": "covid_portal.organisation.user_permissions.follow_doctype"},
	"User": {"on_update": "covid_portal.organisation.user_permissions.sync_user"},
	"Area": {
		"on_update": "covid_portal.organisation.user_permissions.follow_tree",
		"after_delete": "covid_portal.organisation.user_permissions.follow_tree",
		"after_rename": "covid_portal.organisation.user_permissions.follow_tree",
	},
	"Unit": {
		"on_update": "covid_portal.organisation.user_permissions.follow_tree",
		"after_delete": "covid_portal.organisation.user_permissions.follow_tree",
		"after_rename": "covid_portal.organisation.user_permissions.follow_tree",
	},
}

# Rows of child tables asked for by themselves are led past every other check; lists of the resource API past everything that
# can be led elsewhere by name. Before all: what no endpoint can be called with.
before_request = [
	"covid_portal.privacy.quiet.leave_forms_out_of_log_files",
	"covid_portal.organisation.guest_input.leave_out_nameless",
	"covid_portal.organisation.counting.leave_links_closed",
	"covid_portal.organisation.user_permissions.refuse_bare_rows",
	"covid_portal.reporting.listing.lead_lists",
]
# What failed, without what was sent; what is asked of the portal and cannot be read at all.
after_request = [
	"covid_portal.privacy.quiet.leave_values_out_of_redis",
	"covid_portal.organisation.guest_input.answer_unreadable",
]

# DocTypes whose documents are in somebody's scope, beside those that a Scope Rule names: () -> names. Of these, the ones
# without a permission hook are kept by User Permissions.
scoped_doctypes = ["covid_portal.approval.access.routed_doctypes"]

# The Desk's workflow buttons, the list's bulk action and the e-mail link lead to approval.decide(); the framework's
# bare count, its check of links, and what it lets anybody do beside a document know no scope.
override_whitelisted_methods = {
	"frappe.client.get_count": "covid_portal.organisation.counting.get_count",
	"frappe.client.get_list": "covid_portal.reporting.listing.client_list",
	"frappe.client.get_value": "covid_portal.reporting.listing.client_value",
	"frappe.geo.utils.get_coords": "covid_portal.places.desk_map.get_coords",
	"frappe.desk.reportview.get": "covid_portal.reporting.listing.get",
	"frappe.desk.reportview.get_list": "covid_portal.reporting.listing.get_list",
	"frappe.desk.reportview.export_query": "covid_portal.reporting.listing.export_query",
	"frappe.desk.query_report.get_data_for_custom_field": "covid_portal.reporting.listing.get_data_for_custom_field",
	"frappe.desk.listview.get_group_by_count": "covid_portal.reporting.listing.get_group_by_count",
	"frappe.desk.doctype.number_card.number_card.get_result": "covid_portal.reporting.listing.number_of_card",
	"frappe.desk.doctype.dashboard_chart.dashboard_chart.get": "covid_portal.reporting.listing.get_chart",
	"frappe.desk.search.get_names_for_mentions": "covid_portal.organisation.people.get_names_for_mentions",
	"frappe.desk.search.search_link": "covid_portal.organisation.counting.search_link",
	"frappe.desk.search.search_widget": "covid_portal.organisation.counting.search_widget",
	"frappe.desk.search.get_link_title": "covid_portal.organisation.counting.get_link_title",
	"frappe.desk.form.linked_with.get": "covid_portal.organisation.counting.get_linked",
	"frappe.utils.goal.get_monthly_goal_graph_data": "covid_portal.reporting.listing.get_goal",
	"frappe.email.relink": "covid_portal.organisation.desk_acts.relink",
	"frappe.desk.doctype.tag.tag.add_tag": "covid_portal.organisation.desk_acts.add_tag",
	"frappe.desk.doctype.tag.tag.add_tags": "covid_portal.organisation.desk_acts.add_tags",
	"frappe.desk.doctype.tag.tag.remove_tag": "covid_portal.organisation.desk_acts.remove_tag",
	"frappe.desk.doctype.tag.tag.get_tagged_docs": "covid_portal.organisation.desk_acts.get_tagged_docs",
	"frappe.desk.like.toggle_like": "covid_portal.organisation.desk_acts.toggle_like",
	"frappe.desk.form.assign_to.add": "covid_portal.organisation.desk_acts.add_assignment",
	"frappe.desk.form.assign_to.add_multiple": "covid_portal.organisation.desk_acts.add_assignments",
	"frappe.desk.form.assign_to.remove": "covid_portal.organisation.desk_acts.remove_assignment",
	"frappe.desk.form.assign_to.remove_multiple": "covid_portal.organisation.desk_acts.remove_assignments",
	"frappe.desk.form.assign_to.close": "covid_portal.organisation.desk_acts.close_assignment",
	"frappe.desk.form.document_follow.get_follow_users": "covid_portal.organisation.desk_acts.get_follow_users",
	"frappe.client.validate_link": "covid_portal.organisation.counting.validate_link",
	"frappe.desk.form.save.savedocs": "covid_portal.approval.desk.savedocs",
	"frappe.model.workflow.apply_workflow": "covid_portal.approval.desk.apply_workflow",
	"frappe.model.workflow.get_transitions": "covid_portal.approval.desk.get_transitions",
	"frappe.model.workflow.bulk_workflow_approval": "covid_portal.approval.desk.bulk_workflow_approval",
	"frappe.workflow.doctype.workflow.workflow.get_workflow_state_count": "covid_portal.organisation.counting.get_workflow_state_count",
	"frappe.workflow.doctype.workflow_action.workflow_action.apply_action": "covid_portal.approval.desk.apply_action",
}

# Who gives duties finds them by the link search, and no other role.
standard_queries = {"Role": "covid_portal.organisation.duties.search_roles"}

scheduler_events = {
	"cron": {
		"* * * * *": [
			"covid_portal.reporting.clock.tick",
			"covid_portal.approval.lateness.tick",
			"covid_portal.publishing.snapshot.tick",
			"covid_portal.channels.sending.tick",
			"covid_portal.channels.inbound.tick",
			"covid_portal.citizens.intake.tick",
			"covid_portal.citizens.clocks.tick",
		],
		"*/5 * * * *": [
			"covid_portal.channels.mailbox.tick",
			"covid_portal.places.following.tick",
		],
	},
	"hourly": [
		"covid_portal.channels.zalo_tokens.keep_fresh",
		"covid_portal.levels.evaluation.catch_up",
		"covid_portal.directives.clocks.tick",
		"covid_portal.directives.dispatch.tick",
	],
	# Every decision ever taken is read: minutes, after years.
	"daily_long": ["covid_portal.approval.decision_check.daily"],
	"daily": [
		"covid_portal.directives.doctype.directive.directive.daily",
		"covid_portal.organisation.duties.sync_all",
		"covid_portal.organisation.user_permissions.sync",
		"covid_portal.approval.handover.daily",
		"covid_portal.channels.outbox.forget",
		"covid_portal.channels.inbound.forget",
		"covid_portal.citizens.return_days.daily",
		"covid_portal.citizens.arrivals.daily",
		"covid_portal.privacy.retention.nightly",
		"covid_portal.privacy.access_check.daily",
		"covid_portal.places.following.chase_stale",
		"covid_portal.places.links.check_all",
	],
}

# A slot is consolidated for the first time: (slot name) -> None, in its transaction.
on_slot_consolidated = ["covid_portal.levels.evaluation.on_slot_consolidated"]
# A slot was published: (slot name) -> None. Modules above reporting register here; reporting imports none of them.
on_slot_published = [
	"covid_portal.publishing.snapshot.publish_slot",
	"covid_portal.bulletins.drafting.on_slot_published",
	"covid_portal.levels.evaluation.on_slot_published",
]
# Slots have new versions after a correction, a late decision or an excuse: (slot names, oldest first) -> None.
on_slots_corrected = [
	"covid_portal.publishing.snapshot.publish_slots",
	"covid_portal.bulletins.drafting.on_slots_corrected",
	"covid_portal.levels.evaluation.on_slots_corrected",
]

# What a publication consists of: (publishing.publication.Publication) -> {path in the snapshot: content, or None where there
# is no such file any more}. Some of them can be asked alone: publishing.snapshot.rebuild(makers, why).
public_files = [
	"covid_portal.publishing.overview.files",
	"covid_portal.publishing.ledger.files",
	"covid_portal.publishing.open_data.files",
	"covid_portal.bulletins.published.files",
	"covid_portal.directives.published.files",
	"covid_portal.publishing.communes.files",
	"covid_portal.levels.published.files",
	"covid_portal.publishing.mapping.page.files",
	"covid_portal.publishing.figures_page.files",
	"covid_portal.publishing.error_pages.files",
	"covid_portal.places.published.files",
	"covid_portal.publishing.guidance.files",
	"covid_portal.publishing.feeds.files",
	"covid_portal.citizens.return_pages.files",
	"covid_portal.citizens.return_form.files",
	"covid_portal.citizens.public_pages.files",
]
# Links on /dich-vu beside those of Publishing Settings: () -> rows as guidance.LINK_FIELDS, with "kind" and "audience".
service_links = ["covid_portal.places.doctype.related_service.related_service.listed"]
# Layers over the map: () -> rows {"key", "label", "label_en", "symbol", "url" of a GeoJSON whose features name the layer}.
map_layers = ["covid_portal.places.map_layers.layers"]
# Files of open data beside publishing's own: (translate) -> rows (path, schema, time of the last change, description).
open_data_resources = [
	"covid_portal.publishing.mapping.outline_files.open_data_resources",
	"covid_portal.citizens.return_pages.open_data_resources",
	"covid_portal.citizens.public_pages.open_data_resources",
	"covid_portal.places.published.resources",
	"covid_portal.levels.published.open_data_resources",
]
# What the map says of communes by letters, beside the state of their reports: (slots: [{"name", "slot_time"}], newest: name) ->
# {measure: {slot: {commune: letter}}}.
map_letters = ["covid_portal.levels.published.map_letters"]
# What lists all that: (Publication, its files so far) -> {path: content}.
public_lists = ["covid_portal.publishing.listing.files"]
# What the search finds beside pages and their headings: (Publication, language) -> [publishing.search_index.Entry].
search_entries = [
	"covid_portal.publishing.search_index.area_entries",
	"covid_portal.publishing.search_index.figure_entries",
	"covid_portal.publishing.search_index.file_entries",
	"covid_portal.bulletins.published.search_entries",
	"covid_portal.places.published.search_entries",
	"covid_portal.levels.published.search_entries",
	"covid_portal.directives.published.search_entries",
]

# Reminders and escalations go to the Desk and by e-mail; further channels (Zalo, SMS) register here:
# (messages: list of dicts, see Message in organisation/post.py) -> None, writing to an outbox of theirs.
report_notice_channels = ["covid_portal.channels.staff_notices.send"]

# What sends a message of the outbox, by channel: (channels.drivers.Message) -> the provider's number of it.
outbox_drivers = {
	"Zalo": "covid_portal.channels.drivers.zalo_message.send",
	"ZNS": "covid_portal.channels.drivers.zns.send",
	"SMS": "covid_portal.channels.drivers.sms.send",
	"E-mail": "covid_portal.channels.drivers.mail.send",
}
# What makes a message of what came in, by channel: (what was stored, number of the event, received at, whether to wait for pictures)
# -> channels.inbound.Inbound.
inbound_readers = {
	"Zalo": "covid_portal.channels.zalo_webhook.to_inbound",
	"E-mail": "covid_portal.channels.mailbox.to_inbound",
}
# Who takes messages of people: (channels.inbound.Inbound) -> None, in a job, in one transaction with what they store.
inbound_messages = ["covid_portal.citizens.conversations.on_inbound"]

# DocTypes that keep something of a person, sealed (privacy/document.py): {"doctype", "subject_field" (subject), "date_field":
# from when on the period of its Retention Rule runs}.
personal_doctypes = [
	{"doctype": "Intake", "date_field": "received_at"},
	{"doctype": "Conversation", "date_field": "last_received_at"},
	{"doctype": "Outbox Message", "date_field": "sent_at"},
	{"doctype": "Petition", "date_field": "closed_at"},
	{"doctype": "Petition Message", "date_field": "sent_at"},
	{"doctype": "Petition Answer", "date_field": "sent_at"},
	{"doctype": "Home Return", "date_field": "ended_on"},
	{"doctype": "Home Return Person", "date_field": "ended_on"},
	{"doctype": "Sealed File", "date_field": "kept_at"},
]
# What else is kept of persons who are erased: (DocType, names of the documents) -> None.
on_erasure = [
	"covid_portal.citizens.attachments.forget",
	"covid_portal.privacy.files.forget",
	"covid_portal.channels.conversations.forget",
	"covid_portal.channels.outbox.forget_recipients",
]
# Other data subjects of a document's person, erased and handed out with it: (document) -> their names.
same_person = ["covid_portal.citizens.conversations.subjects_of_sender"]

# What people send (citizens/intake.py): kind -> class with check(payload) -> payload and make(intake, payload) -> Document.
intake_makers = {
	"Petition": "covid_portal.citizens.petitions.PetitionMaker",
	"Home Return": "covid_portal.citizens.home_return.HomeReturnMaker",
}
# What fills a form's page when it is shown again with what was typed: key of the page -> () -> data of its template.
form_pages = {"petition": "covid_portal.citizens.public_pages.form_data"}
# What is told by a code (citizens/follow_up.py): kind -> (document) -> the part of the view that is its own.
follow_up = {
	"Petition": "covid_portal.citizens.follow_up.of_petition",
	"Home Return": "covid_portal.citizens.home_return.follow_up",
}

home_page = "tong-quan"
page_renderer = [
	"covid_portal.publishing.renderer.SnapshotPage",
	"covid_portal.directives.searching.SearchPage",
]
