# One image for the web, the workers and the clock: docker-compose.yml says which command each runs.
FROM python:3.13-slim AS assets
WORKDIR /masar
COPY requirements/node.txt requirements/
COPY scripts scripts
COPY bin bin
COPY web/assets web/assets
RUN scripts/assets

FROM python:3.13-slim AS packages
WORKDIR /masar
COPY requirements/run.txt requirements/
COPY scripts scripts
COPY bin bin
RUN scripts/environment run

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /masar masar && install -d -o masar /data
WORKDIR /masar
COPY --from=packages /masar/.venv .venv
COPY . .
COPY --from=assets /masar/web/static/dist web/static/dist
ENV PATH=/masar/.venv/bin:$PATH MASAR_DATA=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER masar
VOLUME /data
EXPOSE 8000
CMD ["masar", "serve"]
