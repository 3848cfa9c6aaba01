"""The portal's catalogue is the last word on Frappe's own strings, with a context as without."""

from frappe import _

from covid_portal.testing.case import PortalTestCase


class TestTranslations(PortalTestCase):
	def test_the_portals_vietnamese_stands_for_frappes(self):
		self.assertEqual(_("Assigned To", "vi"), "Người được giao")
		self.assertEqual(_("Mandatory fields required in {0}", "vi"), "Chưa nhập các ô bắt buộc trong {0}")

	def test_a_button_with_a_context_has_the_portals_word(self):
		self.assertEqual(_("Delete", "vi", context="Button in list view actions menu"), "Xóa")
		self.assertEqual(_("Not Set", "vi", context="Field value is not set"), "Chưa có giá trị")
