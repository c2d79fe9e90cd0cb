# The command line in a container:
#
#   docker build -t asyncapi-guard .
#   docker run --rm -v "$PWD:/work" asyncapi-guard validate asyncapi.yml
#
# Build arguments: the base image, and the extras, such as --build-arg EXTRAS=models,testing.
# The base image has to be Debian's, with a Python from 3.10.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ARG EXTRAS=""
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
COPY pyproject.toml hatch_build.py README.md LICENSE THIRD-PARTY.md ./
COPY asyncapi_guard asyncapi_guard
COPY examples/tictactoe examples/tictactoe
COPY specs specs
# What runs needs no installer.
RUN python -m venv /opt/asyncapi-guard \
    && /opt/asyncapi-guard/bin/python -m pip install ".${EXTRAS:+[${EXTRAS}]}" \
    && /opt/asyncapi-guard/bin/python -m pip uninstall --yes pip

FROM ${BASE}
ENV PATH=/opt/asyncapi-guard/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/asyncapi-guard /opt/asyncapi-guard
# A number, so that Kubernetes can tell that it isn't root.
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin guard
USER 10001:10001
WORKDIR /work
ENTRYPOINT ["asyncapi-guard"]
CMD ["--help"]
