# The front door. Each target does all of its own set-up and can be interrupted and run again.
.DEFAULT_GOAL := help
.PHONY: help run test bench check stop clean

# Handed on to the bring-up when given: make run WEB_PORT=8001 FRAPPE_SOURCE=pypi
export FRAPPE_SOURCE SITE BIND_ADDRESS PYTHON
export WEB_PORT TEST_PORT MARIADB_PORT REDIS_CACHE_PORT REDIS_QUEUE_PORT ZALO_STANDIN

run: ## the portal with the demo fortnight at http://127.0.0.1:8000
	@tools/bootstrap.sh run

test: ## checks, the app's tests, and tests against a running site in Chromium
	@tools/bootstrap.sh test

bench: ## speed: each case beside its reference
	@tools/bootstrap.sh bench

check: ## ruff, translations, DocTypes, forbidden words
	@tools/bootstrap.sh check

stop: ## ends everything that was started
	@tools/bootstrap.sh stop

clean: ## ends it and removes all that was made, demo data included
	@tools/bootstrap.sh clean

help: ## this list
	@echo "make …"
	@sed -n 's/^\([a-z]*\): ## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name text; do printf '  %-7s %s\n' "$$name" "$$text"; done
	@echo "Choices, with their defaults:"
	@echo "  FRAPPE_SOURCE  where Frappe comes from: pypi, GIT-ADDRESS@REF, or a folder (upstream, else pypi)"
	@echo "  SITE           the demo site's name (covid.localhost)"
	@echo "  BIND_ADDRESS   where the demo site listens (127.0.0.1)"
	@echo "  BENCH_YEARS    years of history that make bench measures on (0.2)"
	@echo "  BENCH_RUSH     how much of a rush of 7,000 people it sends (0.05)"
	@echo "  BENCH_PETITIONS how many petitions there are when their lists are measured (20000)"
	@echo "  BENCH_CASES    which cases alone: rush,submitting (all)"
	@echo "  PYTHON         the Python to use, 3.11 or newer (/usr/bin/python3)"
	@echo "  ZALO_STANDIN   a port, for instance 8020: the demo talks to a stand-in for Zalo there, with a page to write as a citizen"
	@echo "  WEB_PORT 8000 · TEST_PORT 8009 · MARIADB_PORT 13306 · REDIS_CACHE_PORT 13310 · REDIS_QUEUE_PORT 13311"
