# Commands of the repository; people and machines call them. See README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

.PHONY: help
