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

tools: prerequisites # Kubernetes' programs: from the cache, or compiled in some minutes
	@e2e/tools/build-tools > /dev/null

image: prerequisites # the machines' disk image: from the cache, or made in three to six minutes
	@e2e/lab/build-image > /dev/null

layers: prerequisites # what all container images have below: Debian's packages, unpacked
	@deploy/images/build-base > /dev/null

ready: # fetching waits for the network, compiling Kubernetes for the processor: three at once
	@$(MAKE) -s -j3 build tools image layers

demo: ready ## the main job in a lab of virtual machines, with a report
	@java -cp "e2e/target/classes:$$(< e2e/target/demo.classpath)" dev.braid.e2e.demo.Demo

test: ready ## every test that CI runs, then a table of time per class
	@rm -rf */target/surefire-reports */target/failsafe-reports
	@$(MVN) -T 2 -Plab verify; status=$$?; \
	  echo "only in make soak, whole or in part: $$(grep -rl '@Tag("soak")' e2e/src/test | sed 's:.*/::; s:.java::' | sort | paste -sd' ')"; \
	  java -cp e2e/target/classes dev.braid.e2e.report.TestTable . || status=1; \
	  exit $$status

soak: ready ## the long ones, in full: every kill point, every fault, thousands of cycles; goes on where it was stopped
	@e2e/lab/soak

bench: build ## side-by-side measurements, a table and e2e/target/bench.json; CASE=... runs a part
	@java -cp "e2e/target/classes:$$(< e2e/target/demo.classpath)" dev.braid.e2e.bench.Bench $(CASE)

dist: prerequisites ## programs as runnable folders (*/target/dist), the chart (target/chart), the SBOM (target/braid-sbom.json)
	@$(MVN) -q -DskipTests -Psbom package
	@deploy/helm package charts/braid --destination target/chart

images: build ## the container images, as tar files; prints their folder
	@deploy/images/build

lab: build ## start the lab and leave it running (CLUSTER=1: Kubernetes in it); says how to get into each machine
	@e2e/lab/lab up $(if $(CLUSTER),--cluster)

lab-down: ## end the lab that make lab started
	@e2e/lab/lab down

.PHONY: help prerequisites tools image layers ready build demo test soak bench dist images lab lab-down
