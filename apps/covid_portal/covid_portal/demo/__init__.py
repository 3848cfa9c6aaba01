"""The demo fortnight: a made-up but plausible epidemic, reported the way people report.

Everything here is illustrative. The population is synthetic, the cases never happened, the sentences were
written for the demo. Nothing is taken from a real report, and nothing names a place: outbreaks are seeded by
what the areas look like (the largest city, a populous district an hour away, the remotest districts), so the
same model runs on another province's pack.

	population.py   persons by commune and group
	place.py        the communes as arrays: districts, distances, where the outbreaks start
	timeline.py     the slots of the run, with the weeks before that bring the epidemic under way
	spread.py       who is infected, where and when it is found
	course.py       what follows from it: contacts, treatment, tests, capacity, control
	vaccination.py  who has had which dose
	conduct.py      who reports in time, late, twice, or not at all
	wording.py      what people write as a reason
	epidemic.py     puts these together: `simulate`

Pure numpy and pandas: no module here needs a site.
"""
