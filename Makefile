# make demo：装好一切，给编造的一年台账计分；make test：装好一切，跑全部测试。
PYTHON ?= python3
VENV := .venv
XIZE := $(VENV)/bin/xize

.PHONY: demo test test-spark setup lint bench bench-spark mutate clean lock

setup: $(VENV)/.ready

$(VENV)/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "要 Python 3.11 或更新的版本，现在是 " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--config-settings editable_mode=compat --editable .
	@touch $@

demo: setup
	$(XIZE) check rules/2024.yaml
	$(XIZE) template rules/2024.yaml -o out/空白台账.xlsx
	$(XIZE) score rules/2024.yaml examples/2024.xlsx -o out
	$(XIZE) bulletin rules/2024.yaml examples/2024.xlsx --kind 季度进度 --period 2024-05
	$(XIZE) bulletin rules/2024.yaml examples/2024.xlsx --kind 季度进度 --period 2024-05 --format html
	$(XIZE) bulletin rules/2024.yaml examples/2024.xlsx --kind 年度进度 --period 2024Q2
	$(XIZE) bulletin rules/2024.yaml examples/2024.xlsx --kind 年度考评结果 --period 2024
	@rm -f out/修订对照表.docx
	$(XIZE) diff rules/2023.yaml rules/2024.yaml --records examples/2024.xlsx --format docx -o out/修订对照表.docx
	$(XIZE) diff rules/2023.yaml rules/2024.yaml --records examples/2024.xlsx --format html -o out/影响.html
	@echo "结果在 out/：成绩.xlsx、scores.json、空白台账.xlsx，三份通报（.docx，月的另有网页 .html）和记录，修订对照表.docx、影响.html（2023年为示意）。"
	@echo "要问一个单位的分从哪里来：$(XIZE) explain rules/2024.yaml examples/2024.xlsx --unit 县教育局"

test: setup lint
	$(VENV)/bin/python -m pytest -n 2 --dist worksteal

# 同一份计算放到 Spark 上（Sail 的 Spark Connect 服务，不要 Java），结果和本机一样。
test-spark: $(VENV)/.spark
	XIZE_SPARK=must $(VENV)/bin/python -m pytest -n 0 tests/spark

$(VENV)/.spark: $(VENV)/.ready requirements-spark.lock
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-spark.lock
	@touch $@

lint: setup
	$(VENV)/bin/ruff format --check --quiet .
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/mypy

# make bench SIZES="1000 100000"：只量这些条数，不写就从一千量到一千万；ROUNDS=1：各只量一次；INTO=README.md：把表写进去。
bench: $(VENV)/.bench
	$(VENV)/bin/python bench/table.py $(SIZES) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(INTO),--into $(INTO))

$(VENV)/.bench: requirements-bench.lock $(VENV)/.ready
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	@touch $@

# 真的 Spark 4：一个 master、两个 worker，都在本机；要 Java 17，另装一个环境（下载 460 MB）。
bench-spark: setup
	test -x $(VENV)-jvm/bin/xize || { $(PYTHON) -m venv $(VENV)-jvm && $(VENV)-jvm/bin/python -m pip install --quiet \
		--disable-pip-version-check pyspark==4.3.0 "pandas<3" pyarrow --editable . ; }
	$(VENV)-jvm/bin/python bench/spark_standalone.py

mutate: setup
	$(VENV)/bin/python tests/mutants.py

COMPILE := $(VENV)/bin/python -m piptools compile --quiet --generate-hashes --allow-unsafe --no-emit-index-url \
	--no-emit-find-links --no-emit-trusted-host --strip-extras --no-header

lock:
	$(COMPILE) --extra dev --all-build-deps --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra bench --constraint requirements.lock --output-file requirements-bench.lock pyproject.toml
	$(COMPILE) --extra spark --constraint requirements.lock --output-file requirements-spark.lock pyproject.toml

clean:
	rm -rf $(VENV) $(VENV)-jvm out build *.egg-info
