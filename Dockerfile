# syntax=docker/dockerfile:1
FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install --no-install-recommends -y cmake && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --package usher --bin usher --no-default-features --features vendored-openssl && \
    cp target/dist/usher /usher
# Neither the demo applications nor the simulated providers are part of a release.
RUN /usher version | grep -Fx 'features: vendored-openssl'
# The image below has no shell to create a directory with.
RUN mkdir -p /state/keys && chmod -R 0700 /state

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /usher /usr/local/bin/usher
COPY --from=build --chown=nonroot:nonroot /state /var/lib/usher
WORKDIR /var/lib/usher
ENV USHER_LISTEN=0.0.0.0:8080 \
    USHER_DATABASE_URL=sqlite:///var/lib/usher/usher.db \
    USHER_KEYS__DIR=/var/lib/usher/keys
VOLUME /var/lib/usher
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/usr/local/bin/usher", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/usher"]
CMD ["serve"]
