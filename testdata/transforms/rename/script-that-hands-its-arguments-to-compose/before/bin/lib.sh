stack() {
  docker compose -f compose.yaml "$@"
}
