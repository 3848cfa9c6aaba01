"""The compressed forms that lie beside a file of the snapshot, made once so that no web server compresses at a request."""

import zlib
from pathlib import PurePosixPath

import brotli

GZIP, BROTLI = ".gz", ".br"
# What a browser says it takes -> the ending of the file it gets, the smallest first.
ENCODINGS = {"br": BROTLI, "gzip": GZIP}
COMPRESSED_ALREADY = (
	".pdf",
	".docx",
	".png",
	".webp",
	".jpg",
	".jpeg",
	".woff2",
	".zip",
	".xlsx",
	".gz",
	".br",
)
SMALLEST = 256  # bytes: below, the headers are longer than what is saved
PAGES = (".html", ".css", ".js", ".svg")
LONGEST_PAGE = 64_000  # bytes
# Pages are read often and written seldom, data files are many: brotli 11 takes a hundred times the time of 4 for a quarter, and
# columns of numbers, which years of days are, keep gzip 6 five times as long as 4 for a fifteenth.
OF_PAGES, OF_DATA = (9, 11), (4, 4)  # gzip, brotli


def compressed(path: str, content: bytes, quickly: bool = False) -> dict[str, bytes]:
	"""{".gz": …, ".br": …} of a file: those that are smaller than it. The same content gives the same bytes. `quickly`: pages
	as data files."""
	if len(content) < SMALLEST or path.endswith(COMPRESSED_ALREADY):
		return {}
	is_page = PurePosixPath(path).suffix in PAGES and len(content) <= LONGEST_PAGE
	gzip_level, brotli_quality = OF_PAGES if is_page and not quickly else OF_DATA
	forms = {GZIP: gzipped(content, gzip_level), BROTLI: brotli.compress(content, quality=brotli_quality)}
	return {ending: form for ending, form in forms.items() if len(form) < len(content)}


def gzipped(content: bytes, level: int) -> bytes:
	"""As gzip.compress, whose header holds the time in some versions and the operating system in others."""
	packer = zlib.compressobj(level, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
	return packer.compress(content) + packer.flush()


def expanded(ending: str, form: bytes) -> bytes:
	return brotli.decompress(form) if ending == BROTLI else zlib.decompress(form, 16 + zlib.MAX_WBITS)
