"""A bulletin from its draft to its place in the chain: who does what with it, what it says, when it must not be issued."""

import json
from unittest.mock import patch

import frappe

from covid_portal.approval import inbox
from covid_portal.approval.vocabulary import ApprovalError, NotYoursToDecide, StateGuarded
from covid_portal.bulletins import drafting, keys
from covid_portal.bulletins.doctype.bulletin import bulletin as controller
from covid_portal.bulletins.issuing import published
from covid_portal.bulletins.wording import TooLong, UnknownName
from covid_portal.bulletins.xac_minh import broken_links, problems
from covid_portal.organisation import jobs
from covid_portal.organisation.beside import scoped_doctypes
from covid_portal.testing.bulletins import BulletinCase
from covid_portal.testing.province import address

OTHERS = ("reporter", "district", "cdc", "auditor", "administrator", "foreign drafter", "foreign publisher")


class TestBulletin(BulletinCase):
	# --- drafts

	def test_a_published_slot_gets_a_draft_of_nobodys_with_figures_and_texts(self) -> None:
		with self.acting("publisher"):
			draft = self.drafted()
		self.assertEqual(
			(draft.name, draft.version, draft.unit, draft.workflow_state, draft.owner),
			(f"{self.slot}-BT1", 1, "CDC-ZZ", "Draft", "Administrator"),
		)
		figures = {row["field"]: row["value"] for row in json.loads(draft.figures)["figures"]}
		self.assertEqual((figures["new_f1"], figures["sanctions"]), (22, None))
		self.assertIn("6 ca mắc mới", draft.text)
		self.assertIn("6 new cases", draft.text_en)
		self.assertIn("sáu ca mắc mới", draft.loudspeaker)
		self.assertNotIn("thay thế", draft.text + draft.loudspeaker)

	def test_made_twice_there_is_one(self) -> None:
		self.drafted()
		self.assertEqual(drafting.draft([self.slot]), [])
		self.assertEqual(frappe.db.count("Bulletin", {"slot": self.slot}), 1)

	def test_the_hooks_queue_the_drafts_once_the_publication_is_stored(self) -> None:
		for hook in ("on_slot_published", "on_slots_corrected"):
			self.assertIn(f"covid_portal.bulletins.drafting.{hook}", frappe.get_hooks(hook))
		with patch.object(jobs, "once_after_commit") as queued:
			drafting.on_slot_published(self.slot)
		(method, _name), values = queued.call_args
		self.assertEqual(len(frappe.get_attr(method)(values["slots"], values["published"])), 1)

	def test_a_corrected_slot_that_never_had_a_bulletin_gets_none(self) -> None:
		with patch.object(jobs, "once_after_commit") as queued:
			drafting.on_slots_corrected([self.slot])
		values = queued.call_args.kwargs
		self.assertEqual(drafting.draft(values["slots"], values["published"]), [])

	def test_a_draft_follows_its_figures_and_keeps_what_an_editor_wrote(self) -> None:
		draft = self.drafted()
		with self.acting("drafter"):
			draft.title = "Tựa riêng"
			draft.save()
		self.change_figures(new_cases=9)
		self.assertEqual(drafting.draft([self.slot]), [])
		draft.reload()
		self.assertIn("9 ca mắc mới", draft.text)
		self.assertEqual(draft.title, "Tựa riêng")

	def test_figures_and_what_the_portal_writes_do_not_come_from_a_client(self) -> None:
		draft = self.drafted()
		before = draft.figures
		with self.acting("drafter"):
			draft.update({"figures": "{}", "number": 7, "hash": "x", "code": "y", "version": 5})
			draft.save()
		draft.reload()
		self.assertEqual(
			(draft.figures, draft.number, draft.hash, draft.code, draft.version, draft.unit),
			(before, 0, None, None, 1, "CDC-ZZ"),
		)

	def test_a_slot_that_is_not_published_has_no_bulletin(self) -> None:
		frappe.set_user(address("drafter"))
		self.assertRaises(
			controller.NotPublished, frappe.get_doc(doctype="Bulletin", slot=self.previous).insert
		)

	def test_a_second_draft_beside_an_open_one_is_refused(self) -> None:
		self.drafted()
		self.assertRaises(
			controller.BulletinUnderWay, frappe.get_doc(doctype="Bulletin", slot=self.slot).insert
		)

	def test_a_loudspeaker_text_of_more_than_two_minutes_is_refused(self) -> None:
		draft = self.drafted()
		draft.loudspeaker = "ca " * 301
		self.assertRaises(TooLong, draft.save)

	def test_the_shipped_loudspeaker_text_is_short_in_sentences_and_as_a_whole(self) -> None:
		lines = self.drafted().loudspeaker.split("\n")
		self.assertLess(sum(len(line.split()) for line in lines), 200)
		self.assertLess(max(len(line.split()) for line in lines), 20)
		self.assertFalse([line for line in lines[1:] if any(letter.isdigit() for letter in line)])

	def test_a_template_with_an_unknown_name_is_refused_with_the_name(self) -> None:
		settings = frappe.get_doc("Bulletin Settings")
		settings.text_template = "Có {new_casez} ca."
		with self.assertRaisesRegex(UnknownName, "new_casez"):
			settings.save()

	# --- who
	def test_all_staff_read_and_guests_and_the_disabled_do_not(self) -> None:
		draft = self.drafted()
		for who in (*OTHERS, "drafter", "head", "publisher"):
			with self.acting(who):
				self.assertEqual(
					frappe.get_list("Bulletin", {"name": draft.name}, pluck="name"), [draft.name], who
				)
				self.assertTrue(draft.has_permission("read"), who)
		for who in ("Guest", "stranger", "disabled"):
			with self.acting(who):
				self.assertFalse(draft.has_permission("read"), who)

	def test_only_a_drafter_of_the_issuing_unit_writes_and_sends(self) -> None:
		draft = self.drafted()
		for who in (*OTHERS, "head", "publisher", "stranger", "disabled", "Guest"):
			with self.acting(who):
				self.assertFalse(draft.has_permission("write"), who)
				self.assertRaises(frappe.PermissionError, frappe.get_doc("Bulletin", draft.name).save)
			self.assertRaises(frappe.PermissionError, self.act, who, draft, "Submit")
		with self.acting("drafter"):
			self.assertTrue(draft.has_permission("write"))

	def test_only_the_head_then_the_publisher_of_the_unit_approve(self) -> None:
		draft = self.drafted()
		self.act("drafter", draft, "Submit")
		for step, who in enumerate(("head", "publisher")):
			for other in (*OTHERS, "drafter", "disabled", "stranger", ("publisher", "head")[step]):
				self.assertRaises(frappe.PermissionError, self.act, other, draft, "Approve")
			with self.acting(who):
				waiting = [row["name"] for group in inbox.inbox()["groups"] for row in group["rows"]]
				self.assertIn(draft.name, waiting)
			self.act(who, draft, "Approve")
		self.assertEqual(frappe.db.get_value("Bulletin", draft.name, "workflow_state"), "Approved")

	def test_whoever_changed_it_approves_nothing_of_it(self) -> None:
		draft = self.drafted()
		frappe.get_doc(
			doctype="Approval Contribution",
			reference_doctype="Bulletin",
			reference_name=draft.name,
			user=address("head"),
			contributed_at=frappe.utils.now(),
		).db_insert()
		self.act("drafter", draft, "Submit")
		self.assertRaises(NotYoursToDecide, self.act, "head", draft, "Approve")

	def test_its_files_are_private_and_its_state_is_guarded(self) -> None:
		self.assertIn("Bulletin", scoped_doctypes())
		draft = self.drafted()
		draft.workflow_state = "Approved"
		self.assertRaises(StateGuarded, draft.save)

	def test_an_empty_text_is_not_sent(self) -> None:
		draft = self.drafted()
		frappe.db.set_value("Bulletin", draft.name, "text_en", "")
		self.assertRaises(controller.BulletinRefused, self.act, "drafter", draft, "Submit")

	# --- issuing
	def test_the_last_approval_numbers_chains_and_signs(self) -> None:
		bulletin = self.issued()
		self.assertEqual((bulletin.number, bulletin.prev_hash), (1, "0" * 64))
		self.assertRegex(bulletin.code, r"^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$")
		self.assertEqual(bulletin.key_id, keys.in_use().name)
		said = json.loads(bulletin.document)
		self.assertEqual(
			(said["number"], said["symbol"], said["code"], said["signer"]["name"]),
			(1, "01/BT-CDC", bulletin.code, "publisher"),
		)
		self.assertTrue(said["verify_at"].endswith(f"/xac-minh?ma={bulletin.code}"))
		self.assertEqual(problems(published(bulletin), keys.listed()), [])

	def test_before_it_there_is_neither_number_nor_signature(self) -> None:
		draft = self.drafted()
		self.act("drafter", draft, "Submit")
		self.act("head", draft, "Approve")
		draft.reload()
		self.assertEqual((draft.number, draft.signature, draft.document), (0, None, None))

	def test_an_issued_bulletin_does_not_change_by_anybody(self) -> None:
		bulletin = self.issued()
		bulletin.title = "Khác"
		self.assertRaises(controller.Issued, bulletin.save)
		self.assertRaises(StateGuarded, frappe.delete_doc, "Bulletin", bulletin.name, force=True)
		self.assertRaises(StateGuarded, frappe.rename_doc, "Bulletin", bulletin.name, "X")
		for who, decision in (("drafter", "Withdraw"), ("head", "Return"), ("publisher", "Refuse")):
			self.assertRaises((ApprovalError, frappe.PermissionError), self.act, who, bulletin, decision, "x")

	def test_without_a_key_the_approval_is_refused_with_what_to_do_and_nothing_is_issued(self) -> None:
		draft = self.drafted()
		self.act("drafter", draft, "Submit")
		self.act("head", draft, "Approve")
		frappe.db.delete("Bulletin Key")
		with self.assertRaisesRegex(keys.NoSigningKey, "bulletin-key-new"):
			self.act("publisher", draft, "Approve")
		self.assertEqual(
			frappe.db.get_value("Bulletin", draft.name, ("number", "workflow_state")), (0, "In Approval")
		)

	def test_figures_that_moved_on_are_not_issued_until_it_was_returned(self) -> None:
		draft = self.drafted()
		self.act("drafter", draft, "Submit")
		self.act("head", draft, "Approve")
		self.change_figures(new_cases=9)
		self.assertRaises(controller.FiguresMovedOn, self.act, "publisher", draft, "Approve")
		self.act("publisher", draft, "Return", "số liệu mới")
		drafting.draft([self.slot])
		self.assertIn("9 ca mắc mới", self.issued(draft).text)

	# --- versions
	def second(self) -> tuple:
		first = self.issued()
		self.change_figures(new_cases=9)
		draft = self.drafted()
		self.assertRaises(controller.ReasonMissing, self.act, "drafter", draft, "Submit")
		with self.acting("drafter"):
			draft.reason = "Tính trùng một ca"
			draft.save()
		return first, self.issued(draft)

	def test_a_corrected_slot_gets_a_version_that_says_why_and_what_it_supersedes(self) -> None:
		first, second = self.second()
		said = json.loads(second.document)
		self.assertEqual((second.version, second.number, second.supersedes), (2, 2, first.name))
		self.assertEqual((said["supersedes"], said["reason"]), (1, "Tính trùng một ca"))
		self.assertIn("thay thế bản tin số 1", said["text"])
		self.assertEqual(second.prev_hash, first.hash)
		self.assertEqual(broken_links([published(first), published(second)]), [])

	def test_the_old_one_stays_as_it_was_and_is_shown_as_superseded(self) -> None:
		first, second = self.second()
		now = frappe.get_doc("Bulletin", first.name)
		self.assertEqual(
			(now.document, now.signature, now.modified), (first.document, first.signature, first.modified)
		)
		now.run_method("onload")
		self.assertEqual(now.get_onload().superseded_by["number"], second.number)

	def test_published_reasons_of_corrections_are_the_draft_s_reason(self) -> None:
		first = self.issued()
		frappe.get_doc(
			doctype="Correction",
			name="ZZ-DC",
			slot=self.slot,
			area="ZZ11",
			unit="CHS-ZZ11",
			reason="Nhầm một ca",
			workflow_state="Approved",
			approved_at=frappe.utils.add_to_date(first.issued_at, seconds=5),
		).db_insert()
		self.change_figures(new_cases=7)
		self.assertEqual(self.drafted().reason, "Nhầm một ca")

	def test_totals_alone_that_move_with_an_older_correction_make_no_new_version(self) -> None:
		self.issued()
		self.change_figures(total_new_cases=900)
		self.assertEqual(drafting.draft([self.slot]), [])

	def test_a_change_of_what_is_not_public_makes_no_new_version(self) -> None:
		self.issued()
		with patch.object(drafting.figures, "digests", return_value={self.slot: "other"}):
			self.assertEqual(drafting.draft([self.slot]), [])

	# --- chain and keys
	def test_two_can_never_follow_on_the_same_one(self) -> None:
		first = self.issued()
		other = frappe.copy_doc(first)
		other.update(
			{
				"name": "other",
				"number": 2,
				"prev_hash": first.prev_hash,
				"version": 7,
				"code": "X",
				"hash": "X",
			}
		)
		with self.assertRaises((frappe.UniqueValidationError, frappe.DuplicateEntryError)):
			other.db_insert()

	def test_a_rotated_key_s_signatures_stay_valid_and_the_new_one_signs(self) -> None:
		first = self.issued()
		with patch.object(keys, "now", return_value=frappe.utils.add_to_date(first.issued_at, seconds=1)):
			new = keys.rotate()
		self.change_figures(new_cases=9)
		draft = self.drafted()
		draft.db_set("reason", "x")
		with patch.object(keys, "now", return_value=frappe.utils.add_to_date(first.issued_at, seconds=2)):
			second = self.issued(draft)
		self.assertEqual((second.key_id, first.key_id == new), (new, False))
		for bulletin in (first, second):
			self.assertEqual(problems(published(bulletin), keys.listed()), [])

	def test_what_a_stolen_key_signed_from_its_revocation_on_does_not_count(self) -> None:
		bulletin = self.issued()
		keys.revoke(bulletin.key_id, bulletin.issued_at, "mất máy")
		self.assertIn("revoked", problems(published(bulletin), keys.listed())[0])
		self.assertIsNone(keys.in_use())
		frappe.db.set_value(
			"Bulletin Key",
			bulletin.key_id,
			"revoked_from",
			frappe.utils.add_to_date(bulletin.issued_at, seconds=1),
		)
		self.assertEqual(problems(published(bulletin), keys.listed()), [])

	def test_keys_are_files_for_their_owner_alone_and_change_by_commands_alone(self) -> None:
		key = keys.in_use()
		self.assertEqual(keys.file_of(key.name).stat().st_mode & 0o777, 0o600)
		self.assertRaises(keys.KeyRefused, keys.make)
		key.valid_to = frappe.utils.now()
		self.assertRaises(frappe.PermissionError, key.save)
		self.assertRaises(frappe.PermissionError, key.delete)
		stored = frappe.db.sql("select * from `tabBulletin Key`", as_dict=True)
		self.assertNotIn(keys.file_of(key.name).read_text().split("\n")[1], str(stored))

	def test_a_private_key_that_is_missing_or_another_s_signs_nothing(self) -> None:
		key = keys.in_use()
		file = keys.file_of(key.name)
		text = file.read_bytes()
		self.addCleanup(file.write_bytes, text)
		file.write_text("rubbish")
		with self.assertRaisesRegex(keys.NoSigningKey, "bulletin-key-rotate"):
			keys.signing_key()
		frappe.db.set_value("Bulletin Key", key.name, "public_key", "AAAA")
		file.write_bytes(text)
		self.assertRaises(keys.NoSigningKey, keys.signing_key)
