"""Who is refused is told in Vietnamese what was asked for, and nothing else; an unknown address gets a page of the portal."""

from collections.abc import Callable

import pytest
from portal import QUIET, REPORT, Client, Place, accepted, clock, has_traceback, refused


@pytest.mark.parametrize("mailbox", ["tyt.hamrong", "ttyt.muonglat", "cdc.duyet", "quantri", "kiemtra"])
def test_who_posts_a_report_of_another_commune_is_told_which(
	mailbox: str, place: Place, open_slot: dict, client: Callable[[str], Client]
) -> None:
	values = {"slot": open_slot["name"], "area": place.area, **QUIET}
	said = refused(
		client(mailbox).post(f"/api/resource/{REPORT}", **values), 403, place.name, "Không có gì được lưu"
	)
	assert clock(open_slot["slot_time"]).split()[0] in said
	assert place.unit not in said and place.district_unit not in said


def test_who_changes_a_report_of_another_commune_is_told_which(
	place: Place, open_slot: dict, reporter: Callable[[Place], Client], client: Callable[[str], Client]
) -> None:
	name = accepted(reporter(place).save(open_slot["name"], place.area, figures={"arrivals": 4711}))["report"]
	sibling, address = client("tyt.hamrong"), f"/api/resource/{REPORT}/{name}"
	said = refused(sibling.put(address, arrivals=1), 403, place.name, "Không có gì được lưu")
	assert "4711" not in said and place.unit not in said
	answer = sibling.get(address)
	assert answer.status_code == 403 and "4711" not in answer.text and place.unit not in answer.text


def test_a_report_of_nowhere_is_refused_in_the_words_it_was_asked_with(
	client: Callable[[str], Client],
) -> None:
	for values in ({"slot": "không có", "area": "99999"}, {"slot": "<b>x</b>", "area": "99999"}):
		answer = client("cdc.duyet").post(f"/api/resource/{REPORT}", **values)
		# Earlier versions of the framework look for the slot first, and say in their own words that it is not there.
		assert answer.status_code in (403, 417) and not has_traceback(answer), answer.text[:300]
		assert answer.status_code == 417 or "<b>x</b>" not in answer.json()["_server_messages"]


@pytest.mark.parametrize(
	("path", "words"),
	[
		("/khong-co-trang-nay", "Không có trang nào ở địa chỉ này"),
		("/en/nothing-here", "There is no page at this address"),
		("/du-lieu-mo/v1/khong-co.json", "Không có trang nào ở địa chỉ này"),
	],
)
def test_an_unknown_address_gets_a_page_in_the_look_and_language_of_the_portal(
	path: str, words: str, guest: Client, client: Callable[[str], Client]
) -> None:
	for person in (guest, client("tyt.hamrong")):
		for _again in range(2):
			answer = person.get(path)
			assert answer.status_code == 404 and words in answer.text
			assert "portal.css" in answer.text and "frappe" not in answer.text.lower()


def test_the_login_page_is_in_vietnamese_and_names_the_portal(guest: Client, administrator: Client) -> None:
	title = administrator.document("Publishing Settings", "Publishing Settings")["site_title"]
	page = guest.request("GET", "/login", headers={"Accept-Language": "vi"})
	assert page.ok
	for words in (f"Đăng nhập vào {title}", "Mật khẩu", "Quên mật khẩu?"):
		assert words in page.text, words
