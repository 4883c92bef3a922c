# Every target sets up what it needs, in ${XDG_CACHE_HOME:-~/.cache}/sales-lead-funnel.
# The work is done by scripts/dev.py (Python 3.10 or newer, standard library only).
#
# Variables: ODOO_SRC=/path/to/odoo-19  PGHOST= PGPORT= PGUSER= PGPASSWORD=
#            T="pytest -k expression"   PORT=8069   FRESH=1 (demo database anew)

PYTHON ?= python3
DEV = @$(PYTHON) scripts/dev.py

export T PORT FRESH WAYS

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo workbook test test-long test-core lint format bench ways i18n readme \
	wheel screenshots shell setup stop clean

help: ## list the targets
	@$(PYTHON) scripts/dev.py help

demo: ## demo database, review workbook, Odoo on http://localhost:8069
	$(DEV) demo

workbook: ## demo database and review workbook only
	$(DEV) workbook

test: ## every test of the addon; T=expression selects (pytest -k)
	$(DEV) test

test-long: ## random histories in full (FUNNEL_STEPS=10000), odd days, core on its demo data
	$(DEV) test-long

test-core: ## core's own CRM tests and Odoo's test_lint, with the addon installed
	$(DEV) test-core

lint: ## all checks that need no database
	$(DEV) lint

format: ## let the formatters rewrite Python, XML, JavaScript and SCSS
	$(DEV) format

bench: ## measure the addon against core alone
	$(DEV) bench $(ARGS)

ways: ## calls of our own code along five ways (WAYS=1: each of them)
	$(DEV) ways

i18n: ## write the .pot file and bring zh_CN.po up to date
	$(DEV) i18n

readme: ## write the addon's README from its fragments
	$(DEV) readme

wheel: ## the addon as a package that pip installs, in dist/
	$(DEV) wheel

screenshots: ## pictures of the demo database's screens, in build/screenshots
	$(DEV) screenshots

shell: ## Odoo shell on the demo database
	$(DEV) shell

setup: ## Odoo, its Python environment, PostgreSQL and the template databases
	$(DEV) setup

stop: ## stop the embedded PostgreSQL
	$(DEV) stop

clean: ## stop PostgreSQL and remove the cache folder
	$(DEV) clean
