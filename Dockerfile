# The bot alone: `docker build -t leads .`; `compose.yaml` runs it beside PostgreSQL.
FROM python:3.11-slim AS build
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /venv
RUN /venv/bin/python -m pip install --no-cache-dir --require-hashes --only-binary=:all: -r /tmp/requirements.lock
# Nothing is installed later, so nothing that installs is kept.
RUN /venv/bin/python -m pip uninstall --yes setuptools pip

FROM python:3.11-slim
RUN python -m pip uninstall --yes --root-user-action=ignore setuptools wheel pip
RUN useradd --uid 10001 --home-dir /srv/leads --shell /usr/sbin/nologin leads && install -d -o leads -g leads -m 0700 /srv/leads/data /srv/leads/backups
COPY --from=build /venv /venv
WORKDIR /srv/leads
COPY app.py wiring.py playbook.toml ./
COPY bot/ bot/
COPY handlers/ handlers/
COPY rules/ rules/
COPY simulation/ simulation/
COPY storage/ storage/
# Whatever the umask of who checked it out: the bot's user reads all of it, and changes none.
RUN chmod -R a+rX,go-w app.py wiring.py playbook.toml bot handlers rules simulation storage && /venv/bin/python -m compileall -q .
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
ENV HTTP_HOST=0.0.0.0 HTTP_PORT=8080 BACKUP_DIR=/srv/leads/backups MPLCONFIGDIR=/tmp/matplotlib
USER 10001
VOLUME ["/srv/leads/data", "/srv/leads/backups"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['HTTP_PORT'] + '/health', timeout=4)"]
ENTRYPOINT ["python", "app.py"]
CMD ["run"]
