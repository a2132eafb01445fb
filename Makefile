# Commands of the repository; people and machines call them. See README.md.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MVN := mvn -B -ntp

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

prerequisites: ## install what is missing on this machine (Debian, root)
	@e2e/lab/install-prerequisites

build: prerequisites ## compile and package everything, no tests
	@echo "building; the first time Maven also fetches its libraries, which takes some minutes"
	@$(MVN) -q -DskipTests package

demo: build ## the main job in a lab of virtual machines, with a report
	@java -cp "e2e/target/classes:$$(< e2e/target/demo.classpath)" dev.braid.e2e.demo.Demo

test: prerequisites ## every test that CI runs, then a table of time per class
	@rm -rf */target/surefire-reports */target/failsafe-reports
	@$(MVN) -Plab verify; status=$$?; \
	  java -cp e2e/target/classes dev.braid.e2e.report.TestTable . || status=1; \
	  exit $$status

soak: prerequisites ## the long ones: every kill point of every program; goes on where it was stopped
	@BRAID_KILLS=all $(MVN) -Plab -pl e2e -am verify -Dit.test=KillLabTest -Dsurefire.skip=true \
	  -Dfailsafe.failIfNoSpecifiedTests=false

dist: prerequisites ## programs as runnable folders (*/target/dist), the chart (target/chart), the SBOM (target/braid-sbom.json)
	@$(MVN) -q -DskipTests -Psbom package
	@deploy/helm package charts/braid --destination target/chart

lab: build ## start the lab and leave it running; says how to get into each machine
	@e2e/lab/lab up

lab-down: ## end the lab that make lab started
	@e2e/lab/lab down

.PHONY: help prerequisites build demo test soak dist lab lab-down
