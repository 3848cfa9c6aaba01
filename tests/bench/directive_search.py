"""The search of directives over 20,000 of them with five pages each, beside the bare full-text query of the same words.

The texts are made of a few thousand syllables, as frequent as Vietnamese ones are (Zipf). The indexes are built once the rows
are there. It comes last: what it leaves on the bench's site would have every later build make its pages.
"""

import json
import os

from measuring import Result, compared
from portal import Portal

DOCUMENTS = int(os.environ.get("BENCH_DIRECTIVES") or 20_000)
# Milliseconds, the requirement; times the bare query, which for what is rare takes one itself.
LIMIT, TARGET = 150, 40
INSIDE = """
import itertools, json, random, time
from covid_portal.directives import plain, searching
from covid_portal.directives.doctype.directive_text.directive_text import INDEXES, on_doctype_update
from covid_portal.organisation.writers import insert_rows

frappe.set_user("Administrator")
chance = random.Random(7)
starts = "b c ch d đ g gi h kh l m n ng nh ph qu r s t th tr v x".split()
rhymes = "a ai am an ang anh ao at âm ân âu ay ây e em en eo ê êm ên êu i ia iên iêu im in inh iu o oa oai oan oi om on ong ô ôi ôm ôn ông ơ ơi ơn u ua uân ui um un ung uôc uy ư ưa ưng ươc ương ươi ưu".split()
syllables = [start + rhyme for start in starts for rhyme in rhymes]
chance.shuffle(syllables)
weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(syllables))))
paragraphs = [" ".join(chance.choices(syllables, cum_weights=weights, k=75)) for _number in range(COUNT)]
tokens = [plain.indexed(paragraph).split() for paragraph in paragraphs]
own = ("name", "unit", "directive_type", "number", "symbol", "identifier", "slug", "number_key", "subject", "issued_on", "effect", "is_public", "workflow_state")
texts = ("name", "directive", "is_public", "issued_on", "number_plain", "head", "body", "text")


def document(number):
	identifier, day = f"{number}/QĐ-UBND", f"{2000 + number % 22}-{1 + number % 12:02d}-11"
	chosen = [chance.randrange(COUNT) for _part in range(30)]
	subject = paragraphs[chosen[0]][:90]
	body = " ".join(dict.fromkeys(itertools.chain.from_iterable(tokens[part] for part in chosen)))
	name = f"BENCH-{number}"
	values = (name, None, "Quyết định", number, "QĐ-UBND", identifier, name.lower(), name, subject, day, "In force", 1, "Approved")
	text = ". ".join(paragraphs[part] for part in chosen)
	return values, (name, name, 1, day, plain.number(identifier), plain.indexed(f"{identifier} {subject}"), body, text)


for column in INDEXES:
	frappe.db.sql_ddl(f"alter table `tabDirective Text` drop index `words_of_{column}`")
for start in range(0, COUNT, 200):
	made = [document(number) for number in range(start + 1, min(COUNT, start + 200) + 1)]
	insert_rows("Directive", own, [row for row, _text in made])
	insert_rows("Directive Text", texts, [row for _row, row in made])
	frappe.db.commit()
on_doctype_update()

common = " ".join(syllables[:2])
queries = {
	"two of the most frequent words": common,
	"words beside each other": " ".join(paragraphs[11].split()[20:24]),
	"one rare word": syllables[-1],
	"a number": "777/QĐ",
	"words that nobody wrote": "zzz yyy",
}


def timed(act):
	started = time.perf_counter()
	act()
	return (time.perf_counter() - started) * 1000


def bare(query):
	asked = plain.all_of(plain.singles(query))
	frappe.db.sql("select directive, text from `tabDirective Text` where match(body) against(%s in boolean mode) limit 30", asked)


found = {}
for name, query in queries.items():
	rounds = [
		(timed(lambda: searching.described(searching.found(query, searching.PUBLIC), query)), timed(lambda: bare(query)))
		for _round in range(8)
	]
	found[name] = list(zip(*rounds[1:]))
print(json.dumps(found))
"""


def run(portal: Portal) -> list[Result]:
	found = json.loads(portal.inside(f"COUNT = {DOCUMENTS}\n{INSIDE}").splitlines()[-1])
	return [
		compared(
			f"search of {DOCUMENTS} directives, {name}",
			ours,
			bare,
			TARGET,
			"the bare full-text query and its texts",
			LIMIT,
		)
		for name, (ours, bare) in found.items()
	]
