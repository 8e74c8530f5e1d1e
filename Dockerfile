# composemod as an image, for CI that runs containers:
#   docker run --rm -v "$PWD:/work" composemod check
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY src ./src
COPY benches ./benches
# Alpine's Rust links against musl, statically.
RUN cargo build --release --locked --bin composemod

FROM alpine:3
# git tells which files are tracked; the mounted repository belongs to another user.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /build/target/release/composemod /usr/local/bin/composemod
USER 1000:1000
WORKDIR /work
ENTRYPOINT ["composemod"]
