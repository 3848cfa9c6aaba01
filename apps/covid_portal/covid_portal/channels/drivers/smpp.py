"""An SMS over SMPP 3.4 (smpplib, an optional package): bound as transmitter for one message, which may have several parts.

A province sends some thousand messages a day at the most; a bind for each costs less than a daemon that must be watched.
"""

import ssl

from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from covid_portal.channels import zalo_tokens
from covid_portal.channels.drivers import Message, NotSetUp, Refused, Transient

SECONDS = 10
# Bind refused, throttled, queue full, system error: the message itself is not at fault (SMPP 3.4, 5.1.3).
NOT_THE_MESSAGE = {0x0D, 0x0E, 0x0F, 0x05, 0x08, 0x14, 0x58}


def send(settings: Document, message: Message, text: str) -> str | None:
	library = installed()
	if not (settings.smpp_host and settings.smpp_system_id):
		raise NotSetUp(_("Channel Settings lack host or system ID of the SMPP service."))
	try:
		return submit(library, settings, message, text)
	except library.exceptions.PDUError as error:
		raise refusal(error) from None
	except (library.exceptions.ConnectionError, OSError):
		raise Transient(_("The SMPP service does not answer.")) from None


def installed() -> object:
	"""The package, loaded with its parts. Raises NotSetUp."""
	try:
		import smpplib
		import smpplib.client
		import smpplib.consts
		import smpplib.exceptions
		import smpplib.gsm
	except ImportError:
		raise NotSetUp(_("SMPP needs the Python package smpplib, which is not installed.")) from None
	return smpplib


def submit(library: object, settings: Document, message: Message, text: str) -> str | None:
	parts, coding, kind = library.gsm.make_parts(text)
	numbers: list[str] = []
	client = client_of(library, settings)
	client.set_message_sent_handler(lambda pdu: numbers.append((pdu.message_id or b"").decode()))
	with client:
		client.connect()
		client.bind_transmitter(system_id=settings.smpp_system_id, password=zalo_tokens.secret("sms_secret"))
		for part in parts:
			client.send_message(
				**address(library, settings, message), short_message=part, data_coding=coding, esm_class=kind
			)
			client.read_once(auto_send_enquire_link=False)
	return numbers[0] if numbers else None


def address(library: object, settings: Document, message: Message) -> dict[str, object]:
	consts = library.consts
	return {
		"source_addr_ton": consts.SMPP_TON_ALNUM,
		"source_addr": settings.sms_sender or "",
		"dest_addr_ton": consts.SMPP_TON_INTL,
		"dest_addr_npi": consts.SMPP_NPI_ISDN,
		"destination_addr": "84" + message.recipient.removeprefix("0"),
		"registered_delivery": False,
	}


def client_of(library: object, settings: Document) -> object:
	class Client(library.client.Client):
		"""With the host's name told to TLS, which the library leaves out and so cannot check."""

		def _create_socket(self) -> object:
			context, self._ssl_context = self._ssl_context, None
			plain = super()._create_socket()
			return context.wrap_socket(plain, server_hostname=self.host) if context else plain

	return Client(
		settings.smpp_host,
		cint(settings.smpp_port) or 2775,
		timeout=SECONDS,
		ssl_context=ssl.create_default_context() if settings.smpp_tls else None,
		allow_unknown_opt_params=True,
		logger_name="smpp",
	)


def refusal(error: Exception) -> Exception:
	status = cint(error.args[1]) if len(error.args) > 1 else 0
	words = _("The SMPP service refuses with status {0}.").format(status)
	return Transient(words) if status in NOT_THE_MESSAGE else Refused(words)
