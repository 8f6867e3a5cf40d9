# A mail server and a gateway for the tests of notices, for `load notices` behind `load support`.
# shellcheck shell=bash disable=SC2154,SC2034  # $output goes to json_lines

# start_servers: both, under a certificate of an authority of their own. Exports $SERVERS, their
# folder, and $SMTP, $SMTPS, $OPEN, $HTTPS, $HTTP, their ports.
start_servers() {
  export SERVERS=$BATS_FILE_TMPDIR/servers
  mkdir -p "$SERVERS"
  _certificates >/dev/null 2>&1
  echo 'pass: w0rd"\' >"$SERVERS/password"
  chmod 600 "$SERVERS/password"
  SMTP=$(free_port) SMTPS=$(free_port) OPEN=$(free_port) HTTPS=$(free_port) HTTP=$(free_port)
  export SMTP SMTPS OPEN HTTPS HTTP
  /usr/bin/python3 "$BATS_TEST_DIRNAME/../support/notice_servers.py" "$SERVERS" "$SMTP" "$SMTPS" "$OPEN" \
    "$HTTPS" "$HTTP" >"$SERVERS/out" 2>"$SERVERS/err" </dev/null 3>&- &
  echo $! >"$SERVERS/pid"
  wait_for "the servers" 30 grep -q ready "$SERVERS/out" || { cat "$SERVERS/err" >&2 && return 1; }
}
stop_servers() { kill "$(<"$SERVERS/pid")" 2>/dev/null || true; }

_certificates() {
  (
    cd "$SERVERS" || return 1
    openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj '/CN=Test CA' \
      -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign'
    openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request.pem -subj '/CN=localhost'
    openssl x509 -req -in request.pem -CA ca.pem -CAkey ca.key -days 3650 -out cert.pem \
      -extfile <(echo 'subjectAltName=DNS:localhost')
  )
}

# answers mail|http LINE...: how the next recipients or requests are answered.
answers() {
  local which=$1
  shift
  printf '%s\n' "$@" >"$SERVERS/$which.answers"
}
# arrived FILE FILTER: the jq filter holds for all that arrived, as one array.
arrived() {
  output=$(cat "$SERVERS/$1" 2>/dev/null || true)
  json_lines "$2"
}
# gathers COUNT: no request is answered before so many were there at once.
gathers() { echo "$1" >"$SERVERS/http.gather"; }
forget_arrived() { rm -f "$SERVERS"/*.ndjson "$SERVERS"/*.answers "$SERVERS"/*.gather; }

# The configurations, for standard output.
smtp_config() {
  cat <<TOML
[notify.email]
via = "smtp"
url = "smtp://localhost:$SMTP"
from = "no-reply@mercy.example"
user = "sealpost"
secret-file = "$SERVERS/password"
ca-file = "$SERVERS/ca.pem"
TOML
}
webhook_config() {
  cat <<TOML
[notify.sms]
via = "webhook"
url = "https://localhost:$HTTPS/send"
header.Authorization = "Bearer {secret}"
header.X-Kind = "notice"
body = '{"to": "{address}", "text": "{text}", "ref": "{id}"}'
secret-command = "cat $SERVERS/password"
ca-file = "$SERVERS/ca.pem"
TOML
}
